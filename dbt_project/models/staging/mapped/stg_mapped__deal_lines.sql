{{ mapped_deal_lines() }}
