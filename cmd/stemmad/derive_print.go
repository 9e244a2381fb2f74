package main

import (
	"fmt"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/enroll"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/table"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
)

// derived is what derive prints for programs.
type derived struct {
	Work       string           `json:"work"`
	Generation uint32           `json:"generation"`
	Absolute   uint32           `json:"absolute"`
	Relative   uint32           `json:"relative"`
	Sources    []derivedSource  `json:"sources"`
	Record     bool             `json:"recorded"`
	Anchor     *enroll.Anchored `json:"anchor,omitempty"`
	// MaxTotalRate is the guard that was sent, ppm.
	MaxTotalRate uint32      `json:"max_total_rate"`
	Tx           send.Result `json:"tx"`
}

type derivedSource struct {
	Work       string `json:"work,omitempty"`
	External   string `json:"external,omitempty"`
	Role       string `json:"role"`
	Permission string `json:"permission,omitempty"`
	Terms      string `json:"terms,omitempty"`
	Paid       string `json:"paid,omitempty"`
	How        string `json:"how,omitempty"`
}

func (r derived) print(conn *connect.Conn, d *derivation, outcome lineagetypes.MsgDeriveResponse, result send.Result) error {
	r.Generation, r.Absolute, r.Relative, r.Tx = outcome.Generation, outcome.Absolute, outcome.Relative, result
	r.Sources = d.describe()
	if conn.JSON() {
		return conn.PrintJSON(r)
	}
	also := ""
	if d.item != nil {
		also = result.Did(" (and registered it)", " (and register it)")
	}
	conn.Say("%s %q from %s%s: %s", result.Did("Derived", "Would derive"), table.Short(d.title), count(len(r.Sources), "source"), also, result)
	if err := table.Fields(conn.Out(), "work", r.Work, "generation", fmt.Sprint(r.Generation),
		"owes upstream", fmt.Sprintf("%s absolute, %s relative", table.Percent(r.Absolute), table.Percent(r.Relative))); err != nil {
		return err
	}
	tab := table.New("source", "role", "relying on")
	for _, s := range r.Sources {
		tab.Row(s.Work+s.External, s.Role, s.How)
	}
	if tab.Len() == 0 {
		return nil
	}
	return tab.Write(conn.Out())
}

func (d *derivation) describe() []derivedSource {
	list := []derivedSource{}
	for _, s := range d.sources {
		line := derivedSource{Work: s.work.Id, Role: s.role.Name(), Permission: s.choice.Permission, How: s.choice.How}
		if s.choice.Terms != nil {
			line.Terms = s.choice.Terms.Id
		}
		if s.choice.Price != nil {
			line.Paid = s.choice.Price.String()
		}
		list = append(list, line)
	}
	for _, s := range d.external {
		list = append(list, derivedSource{
			External: s.External.Uri + s.External.Sha256, Role: s.Role.Name(), How: "external: declared, not paid",
		})
	}
	return list
}
