package walletfiles

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kinds of networks.
const (
	Mainnet = "mainnet"
	Testnet = "testnet"
	Devnet  = "devnet"
)

const (
	// maxPretty bounds the name of a chain in Keplr, and that of who runs its nodes; in characters.
	maxPretty = 30
	// peerIDBytes is how long the id of a node is.
	peerIDBytes = 20
)

// Said is what the chain itself cannot know.
type Said struct {
	// ChainName is the name of the chain's folder in the chain registry: small letters and digits.
	ChainName string
	// PrettyName is what people call it.
	PrettyName string
	// NetworkType is Mainnet, Testnet or Devnet.
	NetworkType string
	// Website and GenesisURL may be empty.
	Website, GenesisURL string
	// NodeHome is the folder of a node as a shell reads it, as $HOME/.stemmad.
	NodeHome string
	// RPC, REST and GRPC are public nodes; wallets take the first. Keplr needs one of RPC and of REST.
	RPC, REST, GRPC []string
	// Seeds and Peers are nodes to connect to, as id@host:port.
	Seeds, Peers []string
	// Provider runs the public nodes; nil: nobody is named.
	Provider *mail.Address
	// Counterparties are the names in the chain registry of the chains at the other ends of channels, by our channel. A voucher that came by
	// another channel is listed without its way.
	Counterparties map[string]string
}

// Check fails where what was said does not fit the files or the chain's id.
func (s Said) Check(chainID string) error {
	if err := CheckChainName(s.ChainName); err != nil {
		return err
	}
	if n := utf8.RuneCountInString(s.PrettyName); n == 0 || n > maxPretty {
		return fmt.Errorf("the name of a chain has 1 to %d characters: %q has %d", maxPretty, s.PrettyName, n)
	}
	switch s.NetworkType {
	case Mainnet, Testnet, Devnet:
	default:
		return fmt.Errorf("a network is %s, %s or %s, not %q", Mainnet, Testnet, Devnet, s.NetworkType)
	}
	for _, name := range []string{chainID, strings.ToLower(s.PrettyName)} {
		if s.NetworkType == Mainnet && (strings.Contains(name, Testnet) || strings.Contains(name, Devnet)) {
			return fmt.Errorf("a %s is not called %s", Mainnet, name)
		}
	}
	if len(s.RPC) == 0 || len(s.REST) == 0 {
		return errors.New("a wallet needs a public node for RPC and one for REST")
	}
	return nil
}

var (
	chainName  = regexp.MustCompile(`^[a-z0-9]+$`)
	chainEnd   = regexp.MustCompile(`-[0-9]+$`)
	noNameText = regexp.MustCompile(`[^a-z0-9]+`)
	infoSymbol = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.]{1,15}$`)
	hostName   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
)

// ChainNameOf is the name in the chain registry that a chain's id suggests: stemma for stemma-1.
func ChainNameOf(chainID string) string {
	return noNameText.ReplaceAllString(strings.ToLower(chainEnd.ReplaceAllString(chainID, "")), "")
}

// CheckChainName fails for what is no name in the chain registry.
func CheckChainName(name string) error {
	if !chainName.MatchString(name) {
		return fmt.Errorf("a name in the chain registry has small letters and digits only, not %q", name)
	}
	return nil
}

// CheckURL fails for what no wallet opens: an address that is not of https, but for http on this machine, or has more than host and path.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || !validHost(u.Hostname()) {
		return fmt.Errorf("%q is no address such as https://rpc.example.org", text)
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" {
		return fmt.Errorf("%q has more than a host and a path", text)
	}
	local := u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return fmt.Errorf("%q is not of https, which wallets insist on but for this machine", text)
	}
	if p := u.Port(); p != "" || strings.HasSuffix(u.Host, ":") {
		return checkPort(p, text)
	}
	return nil
}

// CheckHost fails for what is not host:port.
func CheckHost(text string) error {
	host, port, err := net.SplitHostPort(text)
	if err != nil || !validHost(host) || checkPort(port, text) != nil {
		return fmt.Errorf("%q is not host:port, as grpc.example.org:9090", text)
	}
	return nil
}

func checkPort(port, text string) error {
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("%q has no port from 1 to 65535", text)
	}
	return nil
}

func validHost(host string) bool { return hostName.MatchString(host) || net.ParseIP(host) != nil }

// CheckPeer fails for what is not id@host:port.
func CheckPeer(text string) error {
	id, at, ok := strings.Cut(text, "@")
	if raw, err := hex.DecodeString(id); !ok || err != nil || len(raw) != peerIDBytes || strings.ToLower(id) != id {
		return fmt.Errorf("%q does not begin with a node's id and @, as stemmad comet show-node-id says it", text)
	}
	return CheckHost(at)
}

// ParseProvider reads who runs nodes, as NAME <EMAIL>.
func ParseProvider(text string) (*mail.Address, error) {
	who, err := mail.ParseAddress(text)
	if err != nil || who.Name == "" {
		return nil, fmt.Errorf("%q is not NAME <EMAIL>", text)
	}
	if n := utf8.RuneCountInString(who.Name); n > maxPretty {
		return nil, fmt.Errorf("the name of a provider has at most %d characters: %q has %d", maxPretty, who.Name, n)
	}
	return who, nil
}

// ParseCounterparty reads CHANNEL=NAME: the name in the chain registry of the chain at the other end.
func ParseCounterparty(text string) (channel, name string, err error) {
	channel, name, _ = strings.Cut(text, "=")
	if !isChannel(channel) {
		return "", "", fmt.Errorf("%q is not CHANNEL=NAME, as channel-0=noble", text)
	}
	return channel, name, CheckChainName(name)
}

// ParseInfo reads DENOM=SYMBOL:DECIMALS, with :NAME behind it or without.
func ParseInfo(text string) (denom string, info Info, err error) {
	denom, rest, _ := strings.Cut(text, "=")
	parts := strings.SplitN(rest, ":", 3)
	if denom == "" || len(parts) < 2 || !infoSymbol.MatchString(parts[0]) {
		return "", Info{}, fmt.Errorf("%q is not DENOM=SYMBOL:DECIMALS, as uusdc=USDC:6", text)
	}
	decimals, err := strconv.ParseUint(parts[1], 10, 8)
	if err != nil || decimals > maxDecimals {
		return "", Info{}, fmt.Errorf("%q has no number of decimals from 0 to %d", text, maxDecimals)
	}
	info = Info{Symbol: parts[0], Decimals: uint32(decimals)}
	if len(parts) == 3 {
		if info.Name = strings.TrimSpace(parts[2]); info.Name == "" || len(info.Name) > maxName {
			return "", Info{}, fmt.Errorf("the name of an asset has 1 to %d bytes: %q", maxName, text)
		}
	}
	return denom, info, nil
}
