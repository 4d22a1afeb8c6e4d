namespace NBitcoin;

/// <summary>Numbers as script writes them: magnitude, least significant byte first, the sign in the top bit of the last; zero is no bytes.</summary>
internal static class ScriptNumber
{
    /// <returns>False above <paramref name="maxSize"/> bytes, or where a minimal one is asked for and it is not.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, bool minimal, int maxSize, out long value)
    {
        value = 0;
        if (bytes.Length > maxSize || minimal && !IsMinimal(bytes)) return false;
        if (bytes.IsEmpty) return true;
        for (var i = 0; i < bytes.Length - 1; i++) value |= (long)bytes[i] << (8 * i);
        value |= (long)(bytes[^1] & 0x7f) << (8 * (bytes.Length - 1));
        if (bytes[^1] >= 0x80) value = -value;
        return true;
    }

    public static byte[] Write(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long) + 1];
        var length = 0;
        for (var rest = Math.Abs(value); rest > 0; rest >>= 8) bytes[length++] = (byte)(rest & 0xff);
        if (length > 0 && bytes[length - 1] >= 0x80) bytes[length++] = 0;
        if (value < 0) bytes[length - 1] |= 0x80;
        return bytes[..length].ToArray();
    }

    // The last byte is needed: for its own bits, or for the sign that the one before has no room for.
    private static bool IsMinimal(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty || (bytes[^1] & 0x7f) != 0 || bytes.Length > 1 && bytes[^2] >= 0x80;
}
