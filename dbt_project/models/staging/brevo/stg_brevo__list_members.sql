{{ list_members_of_contacts('brevo', {'listIds': 'true', 'listUnsubscribed': 'false'}) }}
