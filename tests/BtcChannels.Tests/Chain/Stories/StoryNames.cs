namespace BtcChannels.ChainStories;

/// <summary>Stories by name, for classes that do not always run them.</summary>
public static class StoryNames
{
    public static IReadOnlyList<string> Of<TContract>() => [.. typeof(TContract).GetMethods().Where(it => it.IsDefined(typeof(FactAttribute), false)).Select(it => it.Name)];

    public static Task RunAsync<TContract>(TContract stories, string name) => (Task)typeof(TContract).GetMethod(name)!.Invoke(stories, null)!;
}
