namespace NBitcoin;

/// <summary>Which of a currency's chains; letter case makes no difference.</summary>
public class ChainName
{
    private readonly string _name;

    public ChainName(string chainName)
    {
        ArgumentNullException.ThrowIfNull(chainName);
        _name = chainName;
    }

    public static ChainName Mainnet { get; } = new("Mainnet");

    public static ChainName Testnet { get; } = new("Testnet");

    public static ChainName Regtest { get; } = new("Regtest");

    public override bool Equals(object obj) => obj is ChainName other && _name.Equals(other._name, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => _name.GetHashCode(StringComparison.OrdinalIgnoreCase);

    public static bool operator ==(ChainName a, ChainName b) => Equals(a, b);

    public static bool operator !=(ChainName a, ChainName b) => !Equals(a, b);

    public override string ToString() => _name;
}
