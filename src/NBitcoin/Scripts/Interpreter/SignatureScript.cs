namespace NBitcoin;

/// <summary>The part of a script that signatures commit to.</summary>
internal static class SignatureScript
{
    /// <summary>
    /// The script without the pushes of a signature (Satoshi's FindAndDelete): where an operation starts with exactly the bytes of
    /// its push by the shortest opcode of its length, they are left out.
    /// </summary>
    public static Script Without(Script script, byte[] signature, out bool found)
    {
        var bytes = script.ToBytes(true).AsSpan();
        ReadOnlySpan<byte> push = Op.PushOf(signature);
        found = bytes.IndexOf(push) >= 0;
        if (!found) return script;

        var kept = new List<byte>(bytes.Length);
        var cursor = new ScriptCursor(bytes);
        var start = SkipAll(ref cursor, bytes, push);
        while (cursor.TryRead(out _, out _))
        {
            kept.AddRange(bytes[start..cursor.Position]);
            start = SkipAll(ref cursor, bytes, push);
        }
        // A push that the end cuts off stays.
        kept.AddRange(bytes[start..]);
        found = kept.Count < bytes.Length;
        return found ? Script.FromBytesUnsafe([.. kept]) : script;
    }

    private static int SkipAll(ref ScriptCursor cursor, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> push)
    {
        while (bytes[cursor.Position..].StartsWith(push)) cursor.Skip(push.Length);
        return cursor.Position;
    }
}
