using Maas.Power.Tools;

namespace Maas.Power.Tests.Tools;

/// <summary>A program that a test plays, and every request for it.</summary>
internal sealed class ScriptedTool(Func<ToolRequest, int, ToolOutcome> play) : IToolRunner
{
    public List<ToolRequest> Requests { get; } = [];

    public static ToolOutcome Says(string output) => new ToolOutcome.Exited(0, output + "\n", "");

    public static ToolOutcome Fails(string error) => new ToolOutcome.Exited(1, "", error);

    public Task<ToolOutcome> RunAsync(ToolRequest request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        return Task.FromResult(play(request, Requests.Count));
    }
}
