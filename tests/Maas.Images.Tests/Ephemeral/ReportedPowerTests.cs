namespace Maas.Images.Tests.Ephemeral;

/// <summary>What a script wrote of a management controller, on its way to the server.</summary>
public sealed class ReportedPowerTests : IDisposable
{
    private readonly AgentShell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Lines_of_YAML_are_sent_as_a_JSON_object_without_their_quotes()
    {
        _shell.File("run/bmc", "power_type: ipmi\npower_address: '10.6.23.7'\npower_pass: 'a b: c,d'\npower_user: maas\nother: x\"y\\z");

        (await _shell.RunAsync("form_begin; power_fields; tr -d '\\r' <$RUN/form | grep -v '^--\\|^$\\|^Content'")).Output.Should().Be(
            """
            ipmi
            {"power_address": "10.6.23.7","power_pass": "a b: c,d","power_user": "maas","other": "xyz"}

            """.ReplaceLineEndings("\n"));
    }
}
