namespace BtcChannels.Client;

/// <summary>What keeps a request from being paid for, whatever it costs.</summary>
internal static class PaymentGuard
{
    /// <exception cref="PaymentRefusedException">It is not to be paid for.</exception>
    public static void Check(Payer payer, Uri address, bool isRepeatable)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
            throw payer.Refuse(PaymentRefusal.NotEncrypted, $"{address.Authority} asks for payment without encryption: whoever stands between could take the voucher");
        if (!isRepeatable)
            throw payer.Refuse(PaymentRefusal.BodyNotRepeatable, $"The body would have to be sent again: its length has to be known, and {payer.Options.MaxBodyBytes} bytes at most");
    }
}
