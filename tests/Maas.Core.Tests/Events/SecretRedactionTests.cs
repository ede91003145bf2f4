using Maas.Core.Events;
using Maas.Core.Nodes;

namespace Maas.Core.Tests.Events;

public class SecretRedactionTests
{
    private const string Key = "aZA6LmPFzyrLzbf58VYM9z7Nf8dhMRw";

    [Theory]
    [InlineData(
        """preseed: running command: wget --header 'oauth_signature="%26''aZA6LmPFzyrLzbf58VYM9z7Nf8dhMRw''", x'""",
        """preseed: running command: wget --header 'oauth_signature="%26''…''", x'""")]
    [InlineData("curl -H oauth_signature=\\\"%26aZA6LmPFzyrLzbf58\\\"", "curl -H oauth_signature=\\\"%26…\\\"")]
    [InlineData(
        """late-commands: ['sh', '-c', 'curl -H \'oauth_signature="%26\'\\\'\'aZA6LmPFzyrLzbf58\'']""",
        """late-commands: ['sh', '-c', 'curl -H \'oauth_signature="%26\'\\\'\'…\'']""")]
    [InlineData(
        "kernel: Command line: maas.url=http://a maas.token=Ab3dEf6hIj9kLm2nOpQr quiet",
        "kernel: Command line: maas.url=http://a maas.token=… quiet")]
    [InlineData(
        "preseed: loaded http://10.0.0.1/MAAS/metadata/latest/install/Ab3dEf6hIj9kLm2nOpQr/preseed.cfg",
        "preseed: loaded http://10.0.0.1/MAAS/metadata/latest/install/…/preseed.cfg")]
    [InlineData("""MAAS: {token_secret: "aZA6LmPFzyrLzbf58", x: 1}""", """MAAS: {token_secret: "…", x: 1}""")]
    [InlineData("""{"token_secret": "aZA6LmPFzyrLzbf58"}""", """{"token_secret": "…"}""")]
    [InlineData("token_secret=aZA6LmPFzy", "token_secret=…")]
    [InlineData("cut oauth_signature=\"%26aZ", "cut oauth_signature=\"%26…")]
    [InlineData("apt: /metadata/latest/install/ is short", "apt: /metadata/latest/install/ is short")]
    [InlineData("no token_secret was given", "no token_secret was given")]
    public void A_secret_that_a_machine_says_is_removed(string said, string kept) => SecretRedaction.Apply(said).Should().Be(kept);

    [Fact]
    public async Task Nothing_that_is_kept_of_a_machines_words_has_its_key()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync();
        var machine = await test.ReadyAsync();
        machine = await test.DoAsync(machine.Id, new MachineCommand.Deploy("bob"));
        await test.SettleAsync(machine.Id);
        var command = $"late-commands: curl -H 'oauth_signature=\"%26{Key}\"' failed";
        await test.Core.Events.WriteAsync(machine.Id, new EventNote(EventLevel.Error, "cloud-init", command));
        await test.Core.Timeline.ObserveAsync(
            new Observation(test.Clock.GetUtcNow(), machine.MacAddresses[0], Observation.Syslog, command));
        await test.Core.MachineTokens.GetOrCreateAsync(machine.Id);
        await test.DoAsync(machine.Id, new MachineReport.StageFinished("curtin/x", false, command));
        await test.DoAsync(machine.Id, new MachineReport.StageFinished("curtin", false, command));

        machine = await test.GetAsync(machine.Id);

        machine.Status.Should().Be(MachineStatus.FailedDeployment);
        machine.StatusMessage.Should().Contain("late-commands").And.NotContain(Key);
        var timeline = await test.Core.Timeline.ReadAsync(machine.Id);
        timeline.Count(entry => $"{entry}".Contains("late-commands", StringComparison.Ordinal)).Should().BeGreaterThanOrEqualTo(4);
        timeline.Should().AllSatisfy(entry => $"{entry}".Should().NotContain(Key));
    }
}
