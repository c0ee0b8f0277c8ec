"""What people look at: leads, changes, the funnel and rejections, kept in Redis, fed from Kafka alone and rebuilt from it at any time."""
