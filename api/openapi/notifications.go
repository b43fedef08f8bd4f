package openapi

import "github.com/vade-go/vade/manifest"

// webhooks derives what the services send to whoever asked, by name.
func (d *deriver) webhooks(services []manifest.Service) map[string]*pathItem {
	var items map[string]*pathItem
	for _, svc := range services {
		for _, n := range svc.Webhooks {
			if items == nil {
				items = make(map[string]*pathItem)
			}
			if items[n.Name] != nil {
				d.fail("webhook "+n.Name, "%s and another service have one of the name", svc.Name)
				continue
			}
			items[n.Name] = &pathItem{Post: d.notification(svc, svc.Name+"."+n.Name, n)}
		}
	}
	return items
}

// callbacks derives what an operation sends later, by name and by the URL to which it goes.
func (d *deriver) callbacks(svc manifest.Service, op manifest.Operation) callbacks {
	if len(op.Callbacks) == 0 {
		return nil
	}
	items := make(callbacks, len(op.Callbacks))
	for _, n := range op.Callbacks {
		if items[n.Name] != nil {
			d.fail(op.ID, "two callbacks have the name %s", n.Name)
		}
		items[n.Name] = map[string]*pathItem{n.URL: {Post: d.notification(svc, op.ID+"."+n.Name, n)}}
	}
	return items
}

// notification is the operation that the receiver of a request has. Who may call it is the receiver's business.
func (d *deriver) notification(svc manifest.Service, id string, n manifest.Notification) *operation {
	if other, taken := d.ids[id]; taken {
		d.fail(id, "the id belongs to %s already", other)
	}
	d.ids[id] = "the request that " + svc.Name + " sends"
	o := &operation{
		OperationID: id, Summary: n.Summary, Description: n.Description, Tags: tagsOf(svc, n.Tags), Deprecated: n.Deprecated,
		Security: []map[string]scopes{}, Parameters: d.parameters(id, n.Parameters),
		Responses: map[string]*response{"2XX": {Description: "It was taken. Any other answer is a failure."}},
	}
	if n.Body != nil {
		o.RequestBody = &requestBody{Required: !n.Body.Optional, Content: d.content(id+" body", n.Body)}
	}
	return o
}
