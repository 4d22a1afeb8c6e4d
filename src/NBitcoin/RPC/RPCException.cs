namespace NBitcoin.RPC;

/// <summary>
/// The node answered, and the answer is an error, or is not what the command promises (then the code is
/// <see cref="RPCErrorCode.RPC_PARSE_ERROR"/>). A node that cannot be reached is an <see cref="HttpRequestException"/> instead.
/// </summary>
public class RPCException : Exception
{
    public RPCException(RPCErrorCode code, string message, RPCResponse result)
        : this(code, message, result, inner: null)
    {
    }

    internal RPCException(RPCErrorCode code, string message, RPCResponse result, Exception inner)
        : base(string.IsNullOrEmpty(message) ? code.ToString() : message, inner)
    {
        RPCCode = code;
        RPCResult = result;
    }

    public RPCErrorCode RPCCode { get; }

    public RPCResponse RPCResult { get; }
}
