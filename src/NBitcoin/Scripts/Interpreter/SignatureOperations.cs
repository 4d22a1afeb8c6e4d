namespace NBitcoin;

/// <summary>OP_CHECKSIG and OP_CHECKMULTISIG, and their forms that verify.</summary>
internal sealed class SignatureOperations(SpendingInput input, ScriptVerify flags, HashVersion version)
{
    /// <param name="code">OP_CHECKSIG or OP_CHECKSIGVERIFY.</param>
    /// <param name="scriptCode">The script from the last OP_CODESEPARATOR that was executed on.</param>
    public ScriptError CheckSignature(OpcodeType code, ScriptStack stack, Script scriptCode)
    {
        if (stack.Count < 2) return ScriptError.InvalidStackOperation;
        var key = stack.Pop();
        var signature = stack.Pop();
        if (!TryRemove(ref scriptCode, signature)) return ScriptError.UnknownError;
        if (CheckEncoding(signature, key) is not ScriptError.OK and var error) return error;
        var valid = input.IsSigned(signature, key, scriptCode, version);
        if (!valid && flags.HasFlag(ScriptVerify.NullFail) && signature.Length > 0) return ScriptError.NullFail;
        if (code == OpcodeType.OP_CHECKSIGVERIFY) return valid ? ScriptError.OK : ScriptError.CheckSigVerify;
        stack.Push(valid);
        return ScriptError.OK;
    }

    /// <param name="code">OP_CHECKMULTISIG or OP_CHECKMULTISIGVERIFY.</param>
    /// <param name="scriptCode">As of <see cref="CheckSignature"/>.</param>
    /// <param name="operations">How many have been counted; grows by the number of keys.</param>
    public ScriptError CheckMultisig(OpcodeType code, ScriptStack stack, Script scriptCode, ref int operations)
    {
        if (TakeKeys(stack, ref operations, out var keys) is not ScriptError.OK and var keysError) return keysError;
        if (TakeSignatures(stack, keys.Length, out var signatures) is not ScriptError.OK and var signaturesError) return signaturesError;
        foreach (var signature in signatures)
            if (!TryRemove(ref scriptCode, signature)) return ScriptError.UnknownError;
        if (Match(signatures, keys, scriptCode, out var valid) is not ScriptError.OK and var error) return error;
        if (!valid && flags.HasFlag(ScriptVerify.NullFail) && signatures.Any(signature => signature.Length > 0)) return ScriptError.NullFail;
        if (stack.Pop().Length > 0 && flags.HasFlag(ScriptVerify.NullDummy)) return ScriptError.SigNullDummy;
        if (code == OpcodeType.OP_CHECKMULTISIGVERIFY) return valid ? ScriptError.OK : ScriptError.CheckMultiSigVerify;
        stack.Push(valid);
        return ScriptError.OK;
    }

    private ScriptError TakeKeys(ScriptStack stack, ref int operations, out byte[][] keys)
    {
        keys = [];
        if (stack.Count < 1) return ScriptError.InvalidStackOperation;
        if (!TryPopNumber(stack, out var count)) return ScriptError.UnknownError;
        if (count is < 0 or > Limits.MultisigKeys) return ScriptError.PubkeyCount;
        operations += (int)count;
        if (operations > Limits.Operations) return ScriptError.OpCount;
        // The number of signatures lies under the keys.
        if (stack.Count < count + 1) return ScriptError.InvalidStackOperation;
        keys = PopMany(stack, (int)count);
        return ScriptError.OK;
    }

    private ScriptError TakeSignatures(ScriptStack stack, int keys, out byte[][] signatures)
    {
        signatures = [];
        if (!TryPopNumber(stack, out var count)) return ScriptError.UnknownError;
        if (count < 0 || count > keys) return ScriptError.SigCount;
        // One element more is taken than is needed: a mistake of the first client that became consensus.
        if (stack.Count < count + 1) return ScriptError.InvalidStackOperation;
        signatures = PopMany(stack, (int)count);
        return ScriptError.OK;
    }

    // In one order, each key tried once: it is consensus which encodings are looked at before the answer is known.
    private ScriptError Match(byte[][] signatures, byte[][] keys, Script scriptCode, out bool valid)
    {
        var (nextSignature, nextKey) = (0, 0);
        valid = true;
        while (nextSignature < signatures.Length)
        {
            if (CheckEncoding(signatures[nextSignature], keys[nextKey]) is not ScriptError.OK and var error) return error;
            if (input.IsSigned(signatures[nextSignature], keys[nextKey], scriptCode, version)) nextSignature++;
            nextKey++;
            valid = signatures.Length - nextSignature <= keys.Length - nextKey;
            if (!valid) break;
        }
        return ScriptError.OK;
    }

    private ScriptError CheckEncoding(byte[] signature, byte[] key) =>
        !TransactionSignature.IsValid(signature, flags, out var error) ? error
        : flags.HasFlag(ScriptVerify.StrictEnc) && !IsCompressed(key) && key is not ([4, ..] and { Length: 65 }) ? ScriptError.PubKeyType
        : flags.HasFlag(ScriptVerify.WitnessPubkeyType) && version == HashVersion.WitnessV0 && !IsCompressed(key) ? ScriptError.WitnessPubkeyType
        : ScriptError.OK;

    // A signature cannot commit to itself: before witnesses it was taken out of what is hashed, if anyone put it there.
    private bool TryRemove(ref Script scriptCode, byte[] signature)
    {
        if (version != HashVersion.Original) return true;
        scriptCode = SignatureScript.Without(scriptCode, signature, out var found);
        return !found || !flags.HasFlag(ScriptVerify.ConstScriptCode);
    }

    private bool TryPopNumber(ScriptStack stack, out long value) =>
        ScriptNumber.TryRead(stack.Pop(), flags.HasFlag(ScriptVerify.MinimalData), Limits.NumberSize, out value);

    private static byte[][] PopMany(ScriptStack stack, int count)
    {
        var popped = new byte[count][];
        for (var i = 0; i < count; i++) popped[i] = stack.Pop();
        return popped;
    }

    private static bool IsCompressed(byte[] key) => key is [2 or 3, ..] and { Length: 33 };
}
