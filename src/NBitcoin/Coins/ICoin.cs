namespace NBitcoin;

/// <summary>An output that can be spent, with what is needed to sign for it.</summary>
public interface ICoin : ICoinable
{
    IMoney Amount { get; }

    bool CanGetScriptCode { get; }

    /// <summary>Others can change the id of a transaction that spends it: its signatures are not in the witness.</summary>
    bool IsMalleable { get; }

    /// <summary>The script that a signature commits to.</summary>
    /// <exception cref="InvalidOperationException">Only the script's hash is known.</exception>
    Script GetScriptCode();

    /// <summary>From now on this is the script that a signature commits to.</summary>
    void OverrideScriptCode(Script scriptCode);

    HashVersion GetHashVersion();
}
