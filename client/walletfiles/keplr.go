package walletfiles

import (
	"encoding/json"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
)

// Keplr is the chain file of the Keplr wallet, as its registry takes it and as a page hands it to experimentalSuggestChain.
type Keplr struct {
	ChainID       string             `json:"chainId"`
	ChainName     string             `json:"chainName"`
	RPC           string             `json:"rpc"`
	REST          string             `json:"rest"`
	NodeProvider  *nodeProvider      `json:"nodeProvider,omitempty"`
	Bip44         bip44              `json:"bip44"`
	Bech32Config  bech32Config       `json:"bech32Config"`
	Currencies    []keplrCurrency    `json:"currencies"`
	FeeCurrencies []keplrFeeCurrency `json:"feeCurrencies"`
	StakeCurrency keplrCurrency      `json:"stakeCurrency"`
	IsTestnet     bool               `json:"isTestnet,omitempty"`
}

type nodeProvider struct {
	Name    string `json:"name"`
	Email   string `json:"email"`
	Website string `json:"website,omitempty"`
}

type bip44 struct {
	CoinType int `json:"coinType"`
}

type bech32Config struct {
	AccAddr  string `json:"bech32PrefixAccAddr"`
	AccPub   string `json:"bech32PrefixAccPub"`
	ValAddr  string `json:"bech32PrefixValAddr"`
	ValPub   string `json:"bech32PrefixValPub"`
	ConsAddr string `json:"bech32PrefixConsAddr"`
	ConsPub  string `json:"bech32PrefixConsPub"`
}

type keplrCurrency struct {
	Denom        string `json:"coinDenom"`
	MinimalDenom string `json:"coinMinimalDenom"`
	Decimals     uint32 `json:"coinDecimals"`
}

type keplrFeeCurrency struct {
	keplrCurrency
	GasPriceStep gasPriceStep `json:"gasPriceStep"`
}

type gasPriceStep struct {
	Low     json.Number `json:"low"`
	Average json.Number `json:"average"`
	High    json.Number `json:"high"`
}

// NewKeplr makes the file. Currencies are the native ones, since the wallet finds vouchers by itself and its registry refuses them there;
// those that pay fees are among the fee currencies.
func NewKeplr(f Facts, s Said) Keplr {
	k := Keplr{
		ChainID: f.ChainID, ChainName: s.PrettyName, RPC: s.RPC[0], REST: s.REST[0], Bip44: bip44{coinType},
		Bech32Config: bech32Config{
			encoding.AccountPrefix, encoding.AccountPrefix + sdk.PrefixPublic,
			encoding.ValidatorPrefix, encoding.ValidatorPrefix + sdk.PrefixPublic,
			encoding.ConsensusPrefix, encoding.ConsensusPrefix + sdk.PrefixPublic,
		},
		IsTestnet: s.NetworkType != Mainnet,
	}
	if s.Provider != nil {
		k.NodeProvider = &nodeProvider{s.Provider.Name, s.Provider.Address, s.Website}
	}
	by := map[string]keplrCurrency{}
	for _, a := range f.Assets {
		by[a.Denom] = keplrCurrency{a.Symbol, a.Denom, a.Decimals}
		if !a.Voucher() {
			k.Currencies = append(k.Currencies, by[a.Denom])
		}
	}
	for _, fee := range f.Fees {
		k.FeeCurrencies = append(k.FeeCurrencies, keplrFeeCurrency{
			by[fee.Denom], gasPriceStep{json.Number(fee.Low), json.Number(fee.Average), json.Number(fee.High)},
		})
	}
	k.StakeCurrency = by[f.StakingDenom]
	return k
}
