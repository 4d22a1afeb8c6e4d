namespace NBitcoin;

/// <summary>What of the transaction a signature commits to.</summary>
[Flags]
public enum SigHash : uint
{
    /// <summary>All outputs.</summary>
    All = 1,

    /// <summary>No output.</summary>
    None = 2,

    /// <summary>The output at the input's own index.</summary>
    Single = 3,

    /// <summary>With one of the others: no other input.</summary>
    AnyoneCanPay = 0x80,
}
