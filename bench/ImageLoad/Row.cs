namespace ImageLoad;

/// <summary>One kind of work, done by us and by the reference tools.</summary>
/// <param name="Name">What is done; the row's name.</param>
/// <param name="Ours">The library's part, into a path.</param>
/// <param name="Tools">The tools; none where there is only a goal.</param>
internal sealed record Row(string Name, Func<string, Task> Ours, params Tool[] Tools)
{
    /// <summary>Makes what is needed once, before the first run: a copy of an image that is changed, say.</summary>
    public Action<string> Prepare { get; init; } = _ => { };

    /// <summary>Whether what a run made is removed before the next.</summary>
    public bool IsRemoved { get; init; } = true;

    /// <summary>What came out, as a text that is equal for equal outcomes.</summary>
    public Func<string, string> Digest { get; init; } = Outcome.Of;
}

/// <summary>A reference tool.</summary>
/// <param name="Name">As the table calls it.</param>
/// <param name="Commands">What to run, one after the other, to do the work into a path.</param>
internal sealed record Tool(string Name, Func<string, Command[]> Commands);
