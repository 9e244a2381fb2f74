package pages

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/portal/index"
)

// maxValidators bounds the list of validators.
const maxValidators = 200

type networkPage struct {
	Height     int64
	Validators []validator
	More       bool
	MoreSupply bool
	Fees       []string
	Supply     []string
	Totals     index.Totals
}

type validator struct {
	Name, Power, Share string
	Jailed             bool
	width              uint64
}

func (v validator) Width() uint64 { return v.width }

func (s *Site) network(ctx context.Context, v *visit) error {
	height, _, err := s.Client.Latest(ctx)
	if err != nil {
		return err
	}
	u, err := s.Client.Units(ctx)
	if err != nil {
		return err
	}
	page := &networkPage{Height: height}
	ctx, group := errgroupAt(v.at(ctx, height))
	group.Go(func() error {
		res, err := stakingtypes.NewQueryClient(s.Client).Validators(ctx, &stakingtypes.QueryValidatorsRequest{
			Status: "BOND_STATUS_BONDED", Pagination: &query.PageRequest{Limit: maxValidators},
		})
		if err == nil {
			page.Validators = validatorsOf(res.Validators)
		}
		return err
	})
	group.Go(func() error {
		prices, err := s.Client.Prices(ctx)
		for _, p := range prices {
			page.Fees = append(page.Fees, decimal(p.Amount.String())+amounts.ShortDenoms(p.Denom))
		}
		return err
	})
	group.Go(func() error {
		return s.supply(ctx, u, page)
	})
	group.Go(func() (err error) {
		page.Totals, err = s.Index.Totals(ctx)
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return v.show(200, "network.html", v.T("network.title"), page)
}

// supply puts what the chain accepts first, as balancesOf does.
func (s *Site) supply(ctx context.Context, u units.Units, page *networkPage) error {
	for _, unit := range u.All() {
		res, err := s.Client.Bank().SupplyOf(ctx, &banktypes.QuerySupplyOfRequest{Denom: unit.Denom})
		if err != nil {
			return err
		}
		page.Supply = append(page.Supply, u.Short(res.Amount))
	}
	res, err := s.Client.Bank().TotalSupply(ctx, &banktypes.QueryTotalSupplyRequest{Pagination: &query.PageRequest{Limit: maxShown}})
	if err != nil {
		return err
	}
	for _, c := range res.Supply {
		if _, known := u.Of(c.Denom); !known {
			page.Supply = append(page.Supply, u.Short(c))
		}
	}
	page.MoreSupply = len(res.Pagination.GetNextKey()) > 0
	return nil
}

func validatorsOf(list []stakingtypes.Validator) (made []validator) {
	total := int64(0)
	for _, one := range list {
		total += one.ConsensusPower(powerReduction)
	}
	for _, one := range list {
		power := one.ConsensusPower(powerReduction)
		row := validator{Name: one.Description.Moniker, Power: itoa(power), Jailed: one.Jailed}
		if total > 0 {
			row.width = uint64(power * 1000 / total)
			row.Share = percent(uint32(power * 1_000_000 / total))
		}
		made = append(made, row)
	}
	return made
}

// health is for whoever watches the portal: 200 while the index follows a node that can be
// believed, 503 otherwise, and why.
func (s *Site) health(w http.ResponseWriter, _ *http.Request) {
	status := s.Status()
	code, said := http.StatusOK, "ok"
	switch {
	case status.Lying != "":
		code, said = http.StatusServiceUnavailable, "the node's answers contradict what is signed: "+status.Lying
	case status.Other != "":
		code, said = http.StatusServiceUnavailable, "pages ask a node of "+status.Other+", and the one that is followed is of "+status.Chain
	case status.Away != "":
		code, said = http.StatusServiceUnavailable, "the node can't be followed now: "+status.Away
	case status.Newer:
		code, said = http.StatusServiceUnavailable, "the chain needs a newer portal"
	case status.Behind() > lagging:
		code, said = http.StatusServiceUnavailable, fmt.Sprintf("%d blocks of the node are not read yet", status.Behind())
	case status.Late(s.now()):
		code, said = http.StatusServiceUnavailable, "the newest block is old"
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	detail := ""
	if status.Unread != "" {
		detail = "the chain is newer than this portal, which leaves out events such as " + status.Unread +
			" since block " + itoa(status.UnreadAt)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"status": said, "chain": status.Chain, "height": status.Height, "node_height": status.Node, "first": status.First,
		"time": status.Time.UTC().Format(time.RFC3339), "headers_checked": status.Checked, "detail": detail,
	})
}
