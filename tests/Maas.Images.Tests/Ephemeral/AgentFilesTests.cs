using System.Text;
using Maas.Images.Ephemeral;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

public sealed class AgentFilesTests
{
    [Theory]
    [InlineData("dash")]
    [InlineData("busybox")]
    public async Task The_shells_it_must_run_under_can_parse_every_part_of_the_agent(string shell)
    {
        using var folder = new TemporaryFolder();
        var judge = Judge.Require(shell);
        foreach (var (path, content) in AgentFiles.All)
        {
            var file = folder[Path.GetFileName(path)];
            await File.WriteAllBytesAsync(file, content, TestContext.Current.CancellationToken);
            (await Judge.RunAsync(
                judge, shell == "busybox" ? ["sh", "-n", file] : ["-n", file], null, TestContext.Current.CancellationToken)).Approved();
        }

        AgentFiles.All.Select(file => file.Path).Should().Contain(["init", "lib/maas/agent.sh", "lib/maas/udhcpc"]);
    }

    [Fact]
    public void No_part_of_the_agent_gives_wget_a_time_limit_which_crashes_it_in_some_builds_of_busybox() =>
        AgentFiles.All.SelectMany(file => Encoding.UTF8.GetString(file.Content).Split('\n'))
            .Where(line => !line.TrimStart().StartsWith('#'))
            .Should().NotContain(line => line.Contains("wget ", StringComparison.Ordinal)
                && (line.Contains(" -T", StringComparison.Ordinal) || line.Contains("--timeout", StringComparison.Ordinal)));
}
