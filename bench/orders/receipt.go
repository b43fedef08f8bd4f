package orders

import "strconv"

// appendReceipt encodes a receipt. SKUs were checked and need no escapes.
func appendReceipt(b []byte, out *Receipt) []byte {
	b = append(b, `{"id":"`...)
	b = append(b, out.ID...)
	b = append(b, `","total_cents":`...)
	b = strconv.AppendInt(b, out.Total, 10)
	b = append(b, `,"created_at":"`...)
	b = out.Created.AppendFormat(b, "2006-01-02T15:04:05.999999999Z07:00")
	b = append(b, `","items":[`...)
	for i := range out.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"sku":"`...)
		b = append(b, out.Items[i].SKU...)
		b = append(b, `","qty":`...)
		b = strconv.AppendInt(b, int64(out.Items[i].Qty), 10)
		b = append(b, `,"price_cents":`...)
		b = strconv.AppendInt(b, out.Items[i].Price, 10)
		b = append(b, '}')
	}
	return append(b, "]}"...)
}
