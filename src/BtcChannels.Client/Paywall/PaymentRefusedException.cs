using System.Net;

namespace BtcChannels.Client;

/// <summary>Why a request was not paid for, or not paid on.</summary>
public enum PaymentRefusal
{
    /// <summary>The address is neither https nor on this machine: a credential could be read on the way.</summary>
    NotEncrypted,

    /// <summary>The request has an <c>Authorization</c> of its own, and there is room for one.</summary>
    AuthorizationTaken,

    /// <summary>The body cannot be sent again: its length is not known beforehand, or above <see cref="PayerOptions.MaxBodyBytes"/>.</summary>
    BodyNotRepeatable,

    /// <summary>What is asked for is not what the method <c>bitcoin</c>, intent <c>session</c> has, or for another body, or expired as it came.</summary>
    ChallengeMalformed,

    /// <summary>Another network.</summary>
    OtherNetwork,

    /// <summary>It is to be paid at a two1 door of another scheme, host or port, and <see cref="PayerOptions.AllowsTwo1Server"/> does not allow it.</summary>
    OtherServer,

    /// <summary>A kind of channel, or a door to open it at, that this client does not have.</summary>
    NotSupported,

    /// <summary>The price is above <see cref="PayerOptions.MaxPerRequest"/>.</summary>
    PriceTooHigh,

    /// <summary>The budget for this merchant does not hold it.</summary>
    HostBudget,

    /// <summary>The day's budget does not hold it.</summary>
    DayBudget,

    /// <summary>The whole budget does not hold it.</summary>
    TotalBudget,

    /// <summary><see cref="PayerOptions.OnPaymentRequested"/> said no.</summary>
    Declined,

    /// <summary>No channel fits, and none may be opened.</summary>
    NoChannel,

    /// <summary>A deposit of the size that is wanted is above <see cref="PayerOptions.MaxDeposit"/>.</summary>
    DepositTooLarge,

    /// <summary>The wallet has not enough for the deposit.</summary>
    InsufficientFunds,

    /// <summary>A channel was to be opened, and merchant or wallet would not.</summary>
    OpenFailed,

    /// <summary>The channel is opened, but its deposit is not deep enough yet.</summary>
    NotConfirmed,

    /// <summary>The channel's capacity is used up in the middle of an answer.</summary>
    ChannelExhausted,

    /// <summary>The merchant takes no voucher on the channel that he agreed to, or says that the signature is none.</summary>
    MerchantRefused,

    /// <summary>A payment at a two1 door has no answer: it stays signed, and is sent again before anything else. Or what was paid for was served, and that answer is lost.</summary>
    Unanswered,

    /// <summary>He asks for payment again and again, whatever he is paid.</summary>
    AskedTooOften,

    /// <summary>His receipt is about something else, or says that more was spent than was agreed to.</summary>
    ReceiptWrong,
}

/// <summary>A priced request was not paid for. What was signed by then is stored, and counts as spent.</summary>
public sealed class PaymentRefusedException : HttpRequestException
{
    internal PaymentRefusedException(PaymentRefusal reason, string message, HttpResponseMessage? response = null)
        : base(HttpRequestError.Unknown, message, inner: null, HttpStatusCode.PaymentRequired) => (Reason, Response) = (reason, response);

    public PaymentRefusal Reason { get; }

    /// <summary>The answer that came with a wrong receipt, which was paid for; null otherwise. Disposed of by who catches this.</summary>
    public HttpResponseMessage? Response { get; }
}
