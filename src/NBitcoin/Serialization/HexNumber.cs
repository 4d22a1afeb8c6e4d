namespace NBitcoin;

/// <summary>Hex of a number of known width, most significant digit first; "0x" before it and white space around it are allowed.</summary>
internal static class HexNumber
{
    public static byte[] Parse(string text, int width) =>
        TryParse(text, width, out var bytes) ? bytes : throw new FormatException($"Not a number of {width * 2} hex digits");

    public static bool TryParse(string text, int width, out byte[] bytes)
    {
        bytes = [];
        if (text is null) return false;
        var digits = text.AsSpan().Trim();
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) digits = digits[2..];
        if (digits.Length != width * 2) return false;
        var parsed = new byte[width];
        if (Convert.FromHexString(digits, parsed, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        bytes = parsed;
        return true;
    }
}
