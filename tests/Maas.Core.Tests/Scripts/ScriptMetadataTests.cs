using Maas.Core.Scripts;

namespace Maas.Core.Tests.Scripts;

/// <summary>What is wrong with a script, by line.</summary>
public class ScriptMetadataTests
{
    private const string Start = "#!/bin/sh\n# a comment\n# --- Start MAAS 1.0 script metadata ---\n";
    private const string End = "# --- End MAAS 1.0 script metadata ---\nexit 0\n";

    [Theory]
    [InlineData("# name: x\n\n# timeout: soon\n", 6, "timeout", "Enter a valid duration.")]
    [InlineData("# name: x\n# type: never\n", 5, "script_type", "Script type must be commissioning, testing, release or deployment")]
    [InlineData("# name: x\n# parameters: 7\n", 5, "parameters", "*")]
    [InlineData("# name: x y\n", 4, "name", "*disallowed characters*")]
    [InlineData("# title: no name\n", 0, "name", "This field is required.")]
    [InlineData("# name: x\nno comment\n", 5, "", "Missing \"#\" on YAML line.")]
    [InlineData("# name: x\n# tags: [a\n# title: b\n", 5, "", "Invalid YAML: *")]
    [InlineData("# name: x\n# tags: [a\n", 5, "", "Invalid YAML: *")]
    [InlineData("# name: x\n# title: *other\n", 5, "", "Invalid YAML: aliases are not supported.")]
    public void A_problem_names_its_line_and_field(string yaml, int line, string field, string reason)
    {
        ScriptMetadata.Apply(new NodeScript { Name = "" }, Start + yaml + End, out var problems);

        var problem = problems.Should().ContainSingle().Subject;
        (problem.Line, problem.Field).Should().Be((line, field));
        problem.Reason.Should().Match(reason);
    }

    [Fact]
    public void A_script_without_a_shebang_is_wrong_in_its_first_line()
    {
        ScriptMetadata.Apply(new NodeScript { Name = "x" }, "exit 0\n", out var problems);

        problems.Should().Equal(new ScriptProblem(1, "script", "Must start with shebang."));
    }

    [Fact]
    public void Tags_and_time_limit_of_a_stored_script_stay()
    {
        const string Text = Start + "# name: x\n# title: new\n# tags: theirs\n# timeout: 60\n" + End;
        var stored = new NodeScript { Id = 7, Name = "x", Tags = ["ours", "node"], TimeoutSeconds = 5 };

        var changed = ScriptMetadata.Apply(stored, Text, out var problems);

        problems.Should().BeEmpty();
        changed.Should().BeEquivalentTo(stored with { Title = "new" });
        ScriptMetadata.Apply(stored with { Id = 0 }, Text, out _).Should().BeEquivalentTo(
            new { Title = "new", Tags = new[] { "theirs", "node" }, TimeoutSeconds = 60 });
    }
}
