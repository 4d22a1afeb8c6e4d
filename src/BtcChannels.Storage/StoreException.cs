namespace BtcChannels.Storage;

/// <summary>A store, or the seed beside it, cannot be used. The message is a sentence for an operator and tells no secret.</summary>
public abstract class StoreException : Exception
{
    private protected StoreException(string message, Exception? inner) : base(message, inner) { }
}

/// <summary>Another process has the store open for writing.</summary>
public sealed class StoreLockedException : StoreException
{
    internal StoreLockedException(string path) : base($"{path} is in use by another process", null) { }
}

/// <summary>The file is whole, but not what was asked for: of another network, of a newer version, of another seed, or not this program's at all.</summary>
public sealed class StoreMismatchException : StoreException
{
    internal StoreMismatchException(string message) : base(message, null) { }
}

/// <summary>The file is damaged. Nothing was repaired or thrown away.</summary>
public sealed class StoreCorruptException : StoreException
{
    internal StoreCorruptException(string message, Exception? inner = null) : base(message, inner) { }
}

/// <summary>The store could not be read or written just now: the disk is full, the file is locked, access is denied. Nothing of the attempt was stored; it may be repeated.</summary>
public class StoreUnavailableException : StoreException
{
    internal StoreUnavailableException(string message, Exception? inner) : base(message, inner) { }
}

/// <summary>More is waiting to be written than the disk gets through in a sensible time. Nothing of the attempt was stored; it may be repeated later.</summary>
public sealed class StoreBusyException : StoreUnavailableException
{
    internal StoreBusyException(string path) : base($"{path} is behind with its writes", null) { }
}

/// <summary>The seed file is not fit for use: others can read it, or it is not a seed.</summary>
public sealed class SeedException : StoreException
{
    /// <param name="message">A sentence for an operator.</param>
    public SeedException(string message) : base(message, null) { }
}
