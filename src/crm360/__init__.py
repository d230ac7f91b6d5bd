"""crm360: every night, pull what a business knows of its customers, resolve who is who, audit it, publish it."""
