namespace NBitcoin;

/// <summary>Makes what a chain's blocks are made of; for Bitcoin, always the same.</summary>
public class ConsensusFactory
{
    public virtual Transaction CreateTransaction() => new();

    public virtual Block CreateBlock() => new();
}
