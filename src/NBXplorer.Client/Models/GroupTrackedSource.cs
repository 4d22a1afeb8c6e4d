namespace NBXplorer.Models;

/// <summary>Several sources that are tracked as one; the server gives the id.</summary>
public class GroupTrackedSource : TrackedSource
{
    internal const string Prefix = "GROUP";

    public GroupTrackedSource(string groupId)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        GroupId = groupId;
    }

    public string GroupId { get; }

    public override string ToString() => $"{Prefix}:{GroupId}";

    public override string ToPrettyString() => $"G:{GroupId}";
}
