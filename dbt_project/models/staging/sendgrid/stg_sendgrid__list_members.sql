{{ list_members_of_contacts('sendgrid', {'list_ids': 'true'}) }}
