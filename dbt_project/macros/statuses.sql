{#-
    What the words of a status mean. A vendor's own flag comes first; then what a mapping declares (`status_map`); then these
    words, as vendors and people write them, in lower case, with spaces for _ and -. A word that nobody knows has no meaning
    here: it is counted in data_quality, and never guessed at.
-#}
{% macro status_meanings(entity) %}
{% do return({
    'orders': {
        'sold': [
            'sold', 'paid', 'payment received', 'complete', 'completed', 'processing', 'shipped', 'partially shipped', 'fulfilled',
            'delivered', 'invoiced', 'sale', 'done', 'settled', 'captured', 'succeeded', 'bezahlt', 'abgeschlossen',
            'versandt', 'versendet', 'geliefert', 'erledigt', 'payé', 'payée', 'expédié', 'expédiée', 'livré', 'livrée',
            'terminé', 'terminée', 'pagado', 'enviado', 'entregado', 'completado', 'betaald', 'verzonden', 'geleverd',
            'voltooid', 'pagato', 'spedito', 'consegnato', 'completato'
        ],
        'partially paid': ['partially paid', 'partly paid', 'deposit paid', 'teilweise bezahlt', 'partiellement payé'],
        'pending': [
            'pending', 'pending payment', 'payment pending', 'awaiting payment', 'waiting for payment', 'on hold', 'unpaid',
            'not paid', 'cart', 'awaiting check payment', 'awaiting bank wire', 'zahlung offen', 'nicht bezahlt', 'ausstehend', 'unbezahlt', 'zahlung ausstehend', 'wartet auf zahlung', 'en attente', 'impayé',
            'en attente de paiement', 'pendiente', 'pendiente de pago', 'pago pendiente', 'aguardando pagamento', 'não pago', 'in attesa',
            'openstaand', 'in behandeling'
        ],
        'authorized': ['authorized', 'authorised', 'payment authorized', 'autorisiert', 'autorisé', 'autorizado'],
        'cancelled': [
            'cancelled', 'canceled', 'cancel', 'cancelled by customer', 'canceled by customer', 'cancelled by seller', 'abandoned',
            'deleted', 'trash', 'fraud', 'storniert', 'storno', 'stornierung', 'abgebrochen', 'widerrufen', 'annulé', 'annulée',
            'cancelado', 'cancelada', 'anulado', 'annullato', 'annullata', 'geannuleerd'
        ],
        'voided': ['void', 'voided'],
        'expired': ['expired', 'abgelaufen', 'expiré', 'expirée', 'caducado', 'scaduto', 'verlopen'],
        'failed': [
            'failed', 'payment failed', 'payment error', 'declined', 'rejected', 'refused', 'fehlgeschlagen', 'abgelehnt',
            'échoué', 'échouée', 'refusé', 'fallido', 'rechazado', 'fallito', 'mislukt'
        ],
        'refunded': [
            'refunded', 'fully refunded', 'erstattet', 'rückerstattet', 'remboursé', 'remboursée', 'reembolsado',
            'rimborsato', 'terugbetaald'
        ],
        'partially refunded': ['partially refunded', 'partly refunded', 'teilweise erstattet', 'partiellement remboursé'],
        'quote': [
            'quote', 'quotation', 'estimate', 'proposal', 'draft', 'checkout draft', 'angebot', 'entwurf', 'devis',
            'brouillon', 'presupuesto', 'borrador', 'preventivo', 'bozza', 'offerte', 'concept'
        ],
        'test': ['test', 'test order']
    },
    'tickets': {
        'open': [
            'new', 'open', 'reopened', 're opened', 'pending', 'hold', 'on hold', 'in progress', 'waiting on customer',
            'waiting on third party', 'waiting for customer', 'waiting on contact', 'waiting on us', 'assigned', 'working', 'escalated', 'neu', 'offen',
            'in bearbeitung', 'wartend', 'nouveau', 'ouvert', 'en cours', 'nuevo', 'abierto', 'en curso', 'nuovo', 'aperto',
            'active', 'unresolved', 'waiting', 'awaiting reply', 'aberto'
        ],
        'solved': ['solved', 'resolved', 'gelöst', 'behoben', 'résolu', 'résolue', 'resuelto', 'risolto', 'opgelost', 'resolvido'],
        'closed': [
            'closed', 'complete', 'completed', 'done', 'cancelled', 'canceled', 'spam', 'duplicate', 'merged', 'deleted', 'archived',
            "won't fix", 'wont fix', 'wontfix', 'geschlossen', 'erledigt', 'abgeschlossen', 'fechado', 'encerrado',
            'fermé', 'fermée', 'clos', 'clôturé', 'cerrado', 'chiuso', 'gesloten', 'afgesloten'
        ]
    },
    'invoices': {
        'draft': ['draft', 'submitted', 'proforma', 'pro forma', 'entwurf', 'brouillon', 'borrador', 'bozza', 'concept'],
        'open': ['open', 'sent', 'unpaid', 'due', 'scheduled', 'overdue', 'authorised', 'offen', 'versandt', 'ouverte', 'impayée'],
        'paid': ['paid', 'paid in full', 'fully paid', 'settled', 'closed', 'bezahlt', 'beglichen', 'payée', 'payé', 'pagada', 'pagata', 'betaald'],
        'void': [
            'void', 'voided', 'cancelled', 'canceled', 'deleted', 'storniert', 'storno', 'stornorechnung', 'annulée', 'annulé', 'anulada', 'annullata',
            'geannuleerd'
        ],
        'uncollectible': ['uncollectible', 'written off', 'write off', 'bad debt', 'uneinbringlich', 'irrécouvrable']
    },
    'subscriptions': {
        'trialing': ['trialing', 'trial', 'in trial', 'trial period', 'on trial', 'testphase', 'essai', "période d'essai", 'prueba', 'prova', 'proef'],
        'active': [
            'active', 'live', 'current', 'running', 'renewed', 'non renewing', 'pending cancellation', 'pending cancel', 'aktiv',
            'laufend', 'gekündigt zum laufzeitende', 'actif', 'active jusqu à la fin', 'activo', 'activa', 'attivo', 'attiva', 'actief'
        ],
        'past due': ['past due', 'overdue', 'in arrears', 'dunning', 'in grace', 'grace period', 'überfällig', 'en retard', 'vencido', 'scaduta'],
        'paused': ['paused', 'on hold', 'suspended', 'halted', 'pausiert', 'ruhend', 'en pause', 'suspendu', 'pausado', 'in pausa', 'gepauzeerd'],
        'unpaid': ['unpaid', 'unbezahlt', 'impayé', 'impayée', 'impagado', 'non pagata', 'onbetaald'],
        'incomplete': ['incomplete', 'pending', 'created', 'future', 'draft', 'entwurf', 'unvollständig', 'incomplet', 'incompleto'],
        'ended': [
            'ended', 'canceled', 'cancelled', 'incomplete expired', 'expired', 'finished', 'completed', 'terminated', 'churned', 'inactive',
            'gekündigt', 'beendet', 'abgelaufen', 'résilié', 'résiliée', 'terminé', 'expiré', 'cancelado', 'caducado', 'disdetto',
            'annullato', 'opgezegd', 'beëindigd'
        ]
    },
    'deals': {
        'won': ['won', 'closed won', 'closedwon', 'deal won', 'gewonnen', 'gagné', 'gagnée', 'ganado', 'ganada', 'vinto', 'vinta'],
        'lost': ['lost', 'closed lost', 'closedlost', 'deal lost', 'verloren', 'perdu', 'perdue', 'perdido', 'perdida', 'perso', 'persa']
    },
    'tasks': {
        'open': [
            'open', 'new', 'to do', 'todo', 'backlog', 'selected for development', 'in progress', 'doing', 'started', 'not started', 'in review',
            'blocked', 'waiting', 'pending', 'on hold', 'reopened', 'incomplete', 'offen', 'neu', 'zu erledigen', 'in arbeit', 'in bearbeitung',
            'wartend', 'à faire', 'en cours', 'en attente', 'por hacer', 'en curso', 'pendiente', 'da fare', 'in corso', 'te doen', 'bezig'
        ],
        'done': [
            'done', 'complete', 'completed', 'closed', 'resolved', 'finished', 'cancelled', 'canceled', 'declined', "won't do", 'erledigt',
            'fertig', 'abgeschlossen', 'geschlossen', 'abgebrochen', 'terminé', 'terminée', 'fait', 'hecho', 'completado', 'completato',
            'fatto', 'klaar', 'voltooid', 'afgerond'
        ]
    },
    'quotes': {
        'draft': [
            'draft', 'in draft', 'new', 'in progress', 'minimal', 'pending approval', 'needs review', 'in review', 'changes requested',
            'approval requested', 'on hold', 'entwurf', 'brouillon', 'borrador', 'bozza', 'concept'
        ],
        'sent': [
            'sent', 'open', 'active', 'published', 'publishing', 'presented', 'delivered', 'negotiation', 'shared', 'viewed', 'pending buyer action',
            'awaiting signature', 'gesendet', 'versendet', 'verschickt', 'envoyé', 'enviado', 'inviato', 'verzonden'
        ],
        'accepted': [
            'accepted', 'won', 'closed won', 'confirmed', 'signed', 'invoiced', 'ordered', 'angenommen', 'bestätigt', 'beauftragt',
            'accepté', 'signé', 'aceptado', 'accettato', 'geaccepteerd'
        ],
        'declined': [
            'declined', 'denied', 'refused', 'lost', 'closed lost', 'rejected', 'cancelled', 'canceled', 'void', 'voided', 'abgelehnt',
            'storniert', 'refusé', 'rechazado', 'rifiutato', 'geweigerd'
        ],
        'expired': ['expired', 'abgelaufen', 'expiré', 'caducado', 'scaduto', 'verlopen']
    },
    'payments': {
        'succeeded': ['succeeded', 'success', 'paid', 'captured', 'completed', 'complete', 'settled', 'approved', 'lost', 'erfolgreich'],
        'pending': [
            'pending', 'processing', 'requires action', 'authorized', 'authorised', 'in progress', 'needs response',
            'under review', 'warning needs response', 'warning under review', 'ausstehend', 'open', 'unpaid', 'uncaptured',
            'requires payment method', 'requires confirmation', 'requires capture', 'created', 'scheduled', 'offen', 'unbezahlt',
            'en attente', 'pendiente', 'in attesa'
        ],
        'failed': [
            'failed', 'declined', 'rejected', 'error', 'canceled', 'cancelled', 'void', 'voided', 'expired',
            'won', 'warning closed', 'prevented', 'returned', 'bounced', 'blocked', 'fehlgeschlagen', 'abgelehnt', 'storniert',
            'zurückgegeben', 'zurückgebucht', 'échoué', 'refusé', 'rechazado', 'fallido', 'rifiutato', 'fallito'
        ]
    }
}.get(entity, {})) %}
{% endmacro %}

{#- A status as it is compared: lower case, one space for what stands between words. -#}
{% macro status_word(text) -%}
    trim({{ crm360.replace_all('lower(' ~ text ~ ')', '[\\s_-]+', ' ') }})
{%- endmacro %}

{#- What a status means, one of the keys of status_meanings(entity); null for a word that nobody knows. -#}
{% macro status_meaning(entity, text) -%}
    {{ crm360.word_meaning(text, crm360.status_meanings(entity)) }}
{%- endmacro %}

{#- What a text means by the words of each meaning (`words`: meaning → words); a word that nobody knows is null, or `otherwise`. -#}
{% macro word_meaning(text, words, otherwise=none) -%}
    case
        {%- for meaning, known in words.items() %}
        when {{ crm360.status_word(text) }} in (
            {%- for word in known %}{{ crm360.quoted(word) }}{{ ', ' if not loop.last }}{% endfor -%}
        ) then {{ crm360.quoted(meaning) }}
        {%- endfor %}
        {%- if otherwise %}
        else {{ otherwise }}
        {%- endif %}
    end
{%- endmacro %}

{#- What kind of movement a payment is: payment, refund or dispute; a word that nobody knows as it is. -#}
{% macro payment_kind(kind) -%}
    {%- set words = {
        'payment': ['payment', 'payments', 'charge', 'sale', 'capture', 'zahlung', 'paiement', 'pago', 'pagamento', 'betaling'],
        'refund': [
            'refund', 'refunds', 'partial refund', 'payment refund', 'credit note', 'reversal', 'erstattung', 'rückerstattung',
            'gutschrift', 'remboursement', 'avoir', 'reembolso', 'devolución', 'rimborso', 'terugbetaling'
        ],
        'dispute': ['dispute', 'chargeback', 'charge back', 'rückbuchung', 'rücklastschrift', 'rétrofacturation', 'contracargo']
    } -%}
    {{ crm360.word_meaning(kind, words, kind) }}
{%- endmacro %}

{#- Whether an order in this state is a sale. What was never paid, or only promised, is none; a state that nobody
    knows is one, and counted in data_quality. -#}
{% macro is_sold(sale_state) -%}
    coalesce({{ sale_state }}, 'unknown') in ('sold', 'partially paid', 'refunded', 'partially refunded', 'unknown')
{%- endmacro %}
