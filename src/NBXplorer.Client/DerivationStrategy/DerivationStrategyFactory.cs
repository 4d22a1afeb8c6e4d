using NBitcoin;

namespace NBXplorer.DerivationStrategy;

/// <summary>Makes wallets of keys, and reads their schemes. Of all that there are, wallets of one key with P2WPKH or P2PKH addresses are known here.</summary>
public class DerivationStrategyFactory
{
    internal const string Legacy = "-[legacy]";

    public DerivationStrategyFactory(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Network = network;
    }

    public Network Network { get; }

    /// <exception cref="NotSupportedException">The addresses are to be of another kind than P2WPKH or P2PKH.</exception>
    public StandardDerivationStrategyBase CreateDirectDerivationStrategy(ExtPubKey publicKey, DerivationStrategyOptions options = null) =>
        CreateDirectDerivationStrategy(publicKey.GetWif(Network), options);

    /// <inheritdoc cref="CreateDirectDerivationStrategy(ExtPubKey, DerivationStrategyOptions)"/>
    public StandardDerivationStrategyBase CreateDirectDerivationStrategy(BitcoinExtPubKey publicKey, DerivationStrategyOptions options = null) =>
        options?.ScriptPubKeyType switch
        {
            null or ScriptPubKeyType.Segwit => new DirectDerivationStrategy(publicKey, segwit: true),
            ScriptPubKeyType.Legacy => new DirectDerivationStrategy(publicKey, segwit: false),
            var other => throw new NotSupportedException($"Wallets of {other} addresses are not known here"),
        };

    /// <exception cref="FormatException">The scheme is none of a wallet of one key with P2WPKH or P2PKH addresses.</exception>
    public DerivationStrategyBase Parse(string str)
    {
        ArgumentNullException.ThrowIfNull(str);
        var isLegacy = str.EndsWith(Legacy, StringComparison.Ordinal);
        return new DirectDerivationStrategy(new BitcoinExtPubKey(isLegacy ? str[..^Legacy.Length] : str, Network), !isLegacy);
    }
}
