"""What BI tools are handed: dashboards as files, over the published tables and the report's figures."""
