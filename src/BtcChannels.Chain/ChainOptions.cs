using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>Which chain backend is used, and how it is reached. Who holds one need not know which it is.</summary>
public abstract record ChainOptions
{
    private protected ChainOptions() { }

    /// <summary>The chain as that backend tells it. The backend need not be up.</summary>
    /// <exception cref="ArgumentException"><see cref="Validate"/> would throw it.</exception>
    public abstract IChain Connect(Network network, TimeProvider time);

    /// <exception cref="ArgumentException">A setting is missing, out of range, or contradicts another.</exception>
    public abstract void Validate();
}
