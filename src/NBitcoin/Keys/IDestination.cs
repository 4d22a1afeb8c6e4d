namespace NBitcoin;

/// <summary>Something that can be paid.</summary>
public interface IDestination
{
    Script ScriptPubKey { get; }
}
