{{ mapped_entity('order_lines', 'order_line_id') }}
