namespace NBXplorer.Models;

/// <summary>The server refused, and said why.</summary>
public class NBXplorerException : Exception
{
    public NBXplorerException(NBXplorerError error) : base(error.Message) => Error = error;

    public NBXplorerError Error { get; set; }
}
