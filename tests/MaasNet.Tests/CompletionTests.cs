using Maas.Judges;

namespace MaasNet.Tests;

/// <summary>What a shell completes with the script of <c>maas-net completion</c>.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-net-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("maas-net imp", "import-ephemerals import-isos")]
    [InlineData("maas-net machines re", "release rescue")]
    [InlineData("maas-net watch --level WARN", "WARNING")]
    [InlineData("maas-net machines deploy --in", "--in-memory")]
    public async Task Bash_completes_commands_options_and_values(string line, string expected)
    {
        // As bash calls it when Tab is pressed at the end of the line.
        var script = Path.Combine(_folder.FullName, "complete.bash");
        await File.WriteAllTextAsync(
            script,
            $$"""
            maas-net() { dotnet {{DemoServer.Program}} "$@"; }
            eval "$(maas-net completion bash)"
            complete -p maas-net
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}} COMP_WORDS=({{line}}) COMP_CWORD={{line.Count(each => each == ' ')}}
            _maas_net
            printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort
            """,
            TestContext.Current.CancellationToken);

        var completed = (await Judge.RunAsync("bash", [script], cancellationToken: TestContext.Current.CancellationToken)).Approved();

        completed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should()
            .Equal(["complete -F _maas_net maas-net", .. expected.Split(' ')]);
        completed.Error.Should().BeEmpty();
    }

    [Theory]
    [InlineData("zsh", "compdef _maas_net maas-net")]
    [InlineData("fish", "complete -f -c maas-net")]
    public async Task Other_shells_ask_the_program_too(string shell, string expected)
    {
        var script = (await Judge.RunAsync(
            "dotnet", [DemoServer.Program, "completion", shell], cancellationToken: TestContext.Current.CancellationToken)).Approved();

        script.Output.Should().Contain(expected).And.Contain("[suggest:");
    }
}
