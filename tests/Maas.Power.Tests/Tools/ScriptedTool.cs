using Maas.Power.Tools;

namespace Maas.Power.Tests.Tools;

/// <summary>Plays ipmitool: answers by what the command line ends with, and remembers every request.</summary>
internal sealed class ScriptedTool(Func<ToolRequest, int, ToolOutcome> play) : IToolRunner
{
    public List<ToolRequest> Requests { get; } = [];

    public IEnumerable<string> Commands => Requests.Select(CommandOf);

    public static string CommandOf(ToolRequest request) => string.Join(' ', request.Arguments.SkipWhile(a => a != "chassis").Skip(1));

    public static ToolOutcome Says(string output) => new ToolOutcome.Exited(0, output + "\n", "");

    public static ToolOutcome Fails(string error) => new ToolOutcome.Exited(1, "", error);

    public Task<ToolOutcome> RunAsync(ToolRequest request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        return Task.FromResult(play(request, Requests.Count));
    }
}
