package walletfiles

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"

	"github.com/stemma-chain/stemma/client/encoding"
)

const (
	// repository is where the program comes from.
	repository = "https://github.com/stemma-chain/stemma"
	// coinType is that of the keys which the keyring makes (SLIP-44): the Cosmos Hub's, as of most chains of the SDK.
	coinType = 118
)

var (
	isChannel = channeltypes.IsChannelIDFormat
	// plainVersion begins a version; what follows makes it a tag.
	plainVersion = regexp.MustCompile(`^v?\d+(\.\d+){0,2}$`)
)

// Chain is a chain.json of the chain registry: of its schema what this chain has.
type Chain struct {
	Schema       string     `json:"$schema"`
	ChainName    string     `json:"chain_name"`
	ChainType    string     `json:"chain_type"`
	ChainID      string     `json:"chain_id"`
	PrettyName   string     `json:"pretty_name"`
	Website      string     `json:"website,omitempty"`
	Status       string     `json:"status"`
	NetworkType  string     `json:"network_type"`
	Bech32Prefix string     `json:"bech32_prefix"`
	DaemonName   string     `json:"daemon_name,omitempty"`
	NodeHome     string     `json:"node_home,omitempty"`
	KeyAlgos     []string   `json:"key_algos"`
	Slip44       int        `json:"slip44"`
	Fees         chainFees  `json:"fees"`
	Staking      chainStake `json:"staking"`
	Codebase     codebase   `json:"codebase"`
	Peers        *peers     `json:"peers,omitempty"`
	APIs         apis       `json:"apis"`
}

type chainFees struct {
	FeeTokens []feeToken `json:"fee_tokens"`
}

type feeToken struct {
	Denom   string      `json:"denom"`
	Fixed   json.Number `json:"fixed_min_gas_price"`
	Low     json.Number `json:"low_gas_price"`
	Average json.Number `json:"average_gas_price"`
	High    json.Number `json:"high_gas_price"`
}

type chainStake struct {
	StakingTokens []stakingToken `json:"staking_tokens"`
	LockDuration  lockDuration   `json:"lock_duration"`
}

type stakingToken struct {
	Denom string `json:"denom"`
}

type lockDuration struct {
	Time string `json:"time"`
}

type codebase struct {
	Repository  string    `json:"git_repo"`
	Recommended string    `json:"recommended_version,omitempty"`
	Compatible  []string  `json:"compatible_versions,omitempty"`
	Tag         string    `json:"tag,omitempty"`
	Language    component `json:"language"`
	SDK         component `json:"sdk"`
	Consensus   component `json:"consensus"`
	IBC         component `json:"ibc"`
	Genesis     *genesis  `json:"genesis,omitempty"`
}

// component is a part of the codebase. A version that is no plain one stands in the tag alone.
type component struct {
	Type    string   `json:"type"`
	Version string   `json:"version,omitempty"`
	Tag     string   `json:"tag,omitempty"`
	ICS     []string `json:"ics_enabled,omitempty"`
}

type genesis struct {
	URL string `json:"genesis_url"`
}

type peers struct {
	Seeds      []peer `json:"seeds,omitempty"`
	Persistent []peer `json:"persistent_peers,omitempty"`
}

type peer struct {
	ID       string `json:"id"`
	Address  string `json:"address"`
	Provider string `json:"provider,omitempty"`
}

type apis struct {
	RPC  []endpoint `json:"rpc"`
	REST []endpoint `json:"rest"`
	GRPC []endpoint `json:"grpc,omitempty"`
}

type endpoint struct {
	Address  string `json:"address"`
	Provider string `json:"provider,omitempty"`
}

// NewChain makes the chain.json.
func NewChain(f Facts, s Said) Chain {
	c := Chain{
		Schema: s.schema("chain"), ChainName: s.ChainName, ChainType: "cosmos", ChainID: f.ChainID, PrettyName: s.PrettyName, Website: s.Website,
		// A node answered, so it lives.
		Status: "live", NetworkType: s.NetworkType, Bech32Prefix: encoding.AccountPrefix, DaemonName: f.Build.Program, NodeHome: s.NodeHome,
		KeyAlgos: []string{"secp256k1"}, Slip44: coinType,
		Staking: chainStake{
			StakingTokens: []stakingToken{{f.StakingDenom}}, LockDuration: lockDuration{fmt.Sprintf("%ds", int64(f.Unbonding.Seconds()))},
		},
		Codebase: newCodebase(f, s), Peers: s.peers(), APIs: apis{s.endpoints(s.RPC), s.endpoints(s.REST), s.endpoints(s.GRPC)},
	}
	for _, fee := range f.Fees {
		c.Fees.FeeTokens = append(c.Fees.FeeTokens, feeToken{
			fee.Denom, json.Number(fee.Floor), json.Number(fee.Low), json.Number(fee.Average), json.Number(fee.High),
		})
	}
	return c
}

func newCodebase(f Facts, s Said) codebase {
	c := codebase{
		Repository: repository, Recommended: f.Build.Version, Tag: f.Build.Version,
		Language: newComponent("go", f.Build.Go), SDK: newComponent("cosmos", f.Build.SDK),
		Consensus: newComponent("cometbft", f.Build.Comet), IBC: newComponent("go", f.Build.IBC),
	}
	if f.Build.Version != "" {
		c.Compatible = []string{f.Build.Version}
	}
	if f.Transfers {
		c.IBC.ICS = append(c.IBC.ICS, "ics20-1")
	}
	if f.Accounts {
		c.IBC.ICS = append(c.IBC.ICS, "ics27-1")
	}
	if s.GenesisURL != "" {
		c.Genesis = &genesis{s.GenesisURL}
	}
	return c
}

func newComponent(kind, version string) component {
	if plainVersion.MatchString(version) {
		return component{Type: kind, Version: version}
	}
	return component{Type: kind, Tag: version}
}

// schema is where a file of the registry finds its schema: folders of networks that are no mainnet are one deeper.
func (s Said) schema(name string) string {
	up := "../"
	if s.NetworkType != Mainnet {
		up += "../"
	}
	return up + name + ".schema.json"
}

func (s Said) provider() string {
	if s.Provider == nil {
		return ""
	}
	return s.Provider.Name
}

func (s Said) endpoints(addresses []string) []endpoint {
	var all []endpoint
	for _, address := range addresses {
		all = append(all, endpoint{address, s.provider()})
	}
	return all
}

func (s Said) peers() *peers {
	if len(s.Seeds)+len(s.Peers) == 0 {
		return nil
	}
	of := func(list []string) []peer {
		var all []peer
		for _, text := range list {
			id, address, _ := strings.Cut(text, "@")
			all = append(all, peer{id, address, s.provider()})
		}
		return all
	}
	return &peers{of(s.Seeds), of(s.Peers)}
}

// AssetList is an assetlist.json of the chain registry: of its schema what this chain has.
type AssetList struct {
	Schema    string        `json:"$schema"`
	ChainName string        `json:"chain_name"`
	Assets    []listedAsset `json:"assets"`
}

type listedAsset struct {
	Description string  `json:"description,omitempty"`
	Units       []Unit  `json:"denom_units"`
	Type        string  `json:"type_asset"`
	Base        string  `json:"base"`
	Name        string  `json:"name"`
	Display     string  `json:"display"`
	Symbol      string  `json:"symbol"`
	Traces      []trace `json:"traces,omitempty"`
}

type trace struct {
	Type         string       `json:"type"`
	Counterparty counterparty `json:"counterparty"`
	Chain        traceChain   `json:"chain"`
}

type counterparty struct {
	ChainName string `json:"chain_name"`
	BaseDenom string `json:"base_denom"`
	Channel   string `json:"channel_id"`
}

type traceChain struct {
	Channel string `json:"channel_id"`
	Path    string `json:"path"`
}

// NewAssetList makes the assetlist.json. It fails with an *UnusedError for a counterparty by whose channel nothing came.
func NewAssetList(f Facts, s Said) (AssetList, error) {
	list := AssetList{Schema: s.schema("assetlist"), ChainName: s.ChainName}
	var channels []string
	for _, a := range f.Assets {
		listed := listedAsset{
			Description: a.Description, Units: a.Units, Type: "sdk.coin", Base: a.Denom, Name: a.Name, Display: a.Display, Symbol: a.Symbol,
		}
		if a.Voucher() {
			listed.Type = "ics20"
			if o := a.Origin; o != nil && o.Channel != "" {
				channels = append(channels, o.Channel)
			}
			if s.traced(a) {
				o := a.Origin
				listed.Traces = []trace{{
					"ibc", counterparty{s.Counterparties[o.Channel], o.DenomThere, o.There}, traceChain{o.Channel, o.Path},
				}}
			}
		}
		list.Assets = append(list.Assets, listed)
	}
	for _, channel := range slices.Sorted(maps.Keys(s.Counterparties)) {
		if !slices.Contains(channels, channel) {
			return AssetList{}, &UnusedError{KindChannel, channel}
		}
	}
	return list, nil
}

// traced says whether the way that a voucher came by can be written: the registry wants the names of both chains and both channels.
func (s Said) traced(a Asset) bool {
	return a.Origin != nil && a.Origin.Channel != "" && isChannel(a.Origin.There) && s.Counterparties[a.Origin.Channel] != ""
}

// Untraced lists the vouchers that are written without their way.
func (f Facts) Untraced(s Said) []string {
	denoms := []string{}
	for _, a := range f.Assets {
		if a.Voucher() && !s.traced(a) {
			denoms = append(denoms, a.Denom)
		}
	}
	return denoms
}
