namespace NBXplorer.Models;

public class GroupInformation
{
    public string TrackedSource { get; set; }

    public string GroupId { get; set; }

    /// <summary>Without the addresses that were added as such.</summary>
    public GroupChild[] Children { get; set; }

    public GroupChild AsGroupChild() => new() { TrackedSource = TrackedSource };
}
