using System.Text;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace Maas.Core.Tests.Scripts;

public class OutputRedactionTests
{
    private const string Secret = "Tg7hK2mQx9LpR4vZ";

    [Theory]
    [InlineData("nothing to hide\n", "nothing to hide\n")]
    [InlineData("a Tg7hK2mQx9LpR4vZ b Tg7hK2mQx9LpR4vZ", "a … b …")]
    [InlineData("Tg7hK2mQx9LpR4vZTg7hK2mQx9LpR4vZ", "…")]
    [InlineData("it ends in Tg7hK2mQx9L", "it ends in …")]
    [InlineData("it ends in Tg7hK", "it ends in …")]
    [InlineData("Tg7hK2mQx9\nof the other stream\nx9LpR4vZ", "…\nof the other stream\n…")]
    [InlineData("the word calvin\n", "the word …\n")]
    [InlineData("root=root\n", "root=root\n")]
    [InlineData("quiet maas.token=c0ffee00c0 maas.url=http://10.0.0.1", "quiet maas.token=… maas.url=http://10.0.0.1")]
    public void A_secret_and_its_pieces_are_replaced(string text, string expected) =>
        Apply(text, default, default).Combined.Should().Be(expected);

    [Fact]
    public void A_secret_that_the_other_stream_tears_apart_is_in_the_combined_stream_neither()
    {
        const string Short = "secret-12";
        var redacted = Apply("secreERR\nt-12\n", "secret-12\n", "ERR\n");

        redacted.Combined.Should().Be("…\nERR\n");
        redacted.Output.Should().Be("…\n");
        Short.Length.Should().BeLessThan(16, "pieces of eight bytes do not tell it");
    }

    [Fact]
    public void A_long_output_of_nothing_but_a_secret_is_one_ellipsis()
    {
        var text = string.Concat(Enumerable.Repeat(Secret, 200_000));
        Apply(text, default, default).Combined.Should().Be("…");
    }

    [Fact]
    public async Task What_scripts_print_is_stored_without_the_machines_key_and_its_controllers_password()
    {
        await using var test = await TestCore.OpenAsync();
        var id = (await test.EnlistAsync()).Id;
        await test.Machines.EditAsync(id, null, machine => machine with
        {
            Power = new PowerSettings("ipmi", new Dictionary<string, string> { ["power_pass"] = Secret, ["power_user"] = "operator" }),
        });
        await test.DoAsync(id, new MachineCommand.Commission());
        var token = (await test.Core.MachineTokens.GetOrCreateAsync(id))!.TokenSecret.Reveal();
        var script = (await test.Core.ScriptResults.PendingAsync(id))[^1].Result;
        var printed = Encoding.UTF8.GetBytes($"user operator, key {token}, password {Secret}.\n");

        // While it runs, the text is cut in the middle of the password.
        await test.Core.ScriptResults.ReportAsync(id, new ScriptReport
        {
            ResultId = script.Id, Status = ScriptStatus.Running, Output = new ScriptOutput(printed.AsMemory(..^9), default, default),
        });
        (await CombinedAsync()).Should().Be("user operator, key …, password …");
        await test.Core.ScriptResults.ReportAsync(id, new ScriptReport
        {
            ResultId = script.Id, ExitStatus = 0, Output = new ScriptOutput(printed, printed, default) { Report = default },
        });

        (await CombinedAsync()).Should().Be("user operator, key …, password ….\n");

        async Task<string> CombinedAsync() =>
            Encoding.UTF8.GetString((await test.Core.ScriptResults.OutputAsync(script.Id))!.Combined.Span);
    }

    private static (string Combined, string Output) Apply(string combined, string? output, string? error)
    {
        var redacted = new OutputRedaction([Secret, "calvin", "root", "secret-12", ""])
            .Apply(new ScriptOutput(Bytes(combined), Bytes(output), Bytes(error)));
        return (Encoding.UTF8.GetString(redacted.Combined.Span), Encoding.UTF8.GetString(redacted.StandardOutput.Span));
    }

    private static byte[] Bytes(string? text) => Encoding.UTF8.GetBytes(text ?? "");
}
