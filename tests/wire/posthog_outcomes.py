"""What each event of the recorded requests is to us, in their order: the number of the request, the event's name, and what came of it."""

OUTCOMES = """
1; $identify; link
2; $pageview; website_visit.view
3; $opt_in; passed over
4; $set; link, link
4; $groupidentify; passed over
4; $groupidentify; profile
4; $pageview; website_visit.view
4; $feature_flag_called; passed over
4; $feature_flag_called; passed over
4; $feature_flag_called; passed over
4; $feature_flag_called; passed over
4; $feature_flag_called; passed over
4; $feature_flag_called; passed over
4; $feature_flag_called; passed over
4; $feature_flag_called; passed over
4; ingestion landing seen; refused unknown_family
4; $groupidentify; passed over
5; $autocapture; passed over
5; $pageview; website_visit.view
5; $autocapture; passed over
5; $pageview; website_visit.view
5; $autocapture; passed over
5; $pageview; website_visit.view
6; $autocapture; passed over
6; invite members button clicked; refused unknown_family
7; $autocapture; passed over
7; $autocapture; passed over
7; $pageview; website_visit.view
7; $autocapture; passed over
7; $pageview; website_visit.view
7; ingestion continue without verifying; refused unknown_family
8; $autocapture; passed over
8; $autocapture; passed over
9; $autocapture; passed over
9; $autocapture; passed over
9; ingestion recordings turned off; refused unknown_family
9; session_recording_opt_in team setting updated; refused unknown_family
9; capture_console_log_opt_in team setting updated; refused unknown_family
9; capture_performance_opt_in team setting updated; refused unknown_family
9; autocapture_opt_out team setting updated; refused unknown_family
9; completed_snippet_onboarding team setting updated; refused unknown_family
9; activation sidebar shown; refused unknown_family
9; $feature_flag_called; passed over
9; $feature_flag_called; passed over
9; $feature_flag_called; passed over
9; $feature_flag_called; passed over
9; $pageview; website_visit.view
9; $set; link, link
9; $groupidentify; passed over
9; $groupidentify; profile
9; $set; link, link
9; $groupidentify; passed over
9; $groupidentify; profile
9; query completed; refused unknown_family
9; $autocapture; passed over
9; $pageview; website_visit.view
9; query completed; refused unknown_family
10; $autocapture; passed over
10; $feature_flag_called; passed over
10; recording viewed with no playtime summary; refused unknown_family
10; $pageview; website_visit.view
10; $autocapture; passed over
10; $pageview; website_visit.view
11; query completed; refused unknown_family
11; $feature_flag_called; passed over
11; recording viewed with no playtime summary; refused unknown_family
11; $pageview; website_visit.view
11; person viewed; refused unknown_family
11; $autocapture; passed over
11; $pageview; website_visit.view
11; recording list fetched; refused unknown_family
12; $autocapture; passed over
12; $pageview; website_visit.view
12; $autocapture; passed over
12; $pageview; website_visit.view
12; query completed; refused unknown_family
13; $opt_in; passed over
14; $autocapture; passed over
14; $pageview; website_visit.view
14; $autocapture; passed over
14; $pageview; website_visit.view
14; query completed; refused unknown_family
15; this event; refused unknown_family
15; user signed up; landing_page.submit
16; test-no-prop-0; refused unknown_family
16; test-1; refused unknown_family
16; test-0; refused unknown_family
16; test-2; refused unknown_family
"""
