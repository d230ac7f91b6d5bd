{{ mapped('order_lines', 'order_line_id') }}
