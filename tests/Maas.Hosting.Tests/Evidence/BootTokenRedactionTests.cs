using Maas.Hosting.Evidence;

namespace Maas.Hosting.Tests.Evidence;

public class BootTokenRedactionTests
{
    [Theory]
    [InlineData(
        """preseed: running command: wget --header 'oauth_signature="%26''aZA6LmPFzyrLzbf58VYM9z7Nf8dhMRw''", x'""",
        """preseed: running command: wget --header 'oauth_signature="%26''…''", x'""")]
    [InlineData("curl -H oauth_signature=\\\"%26aZA6LmPFzyrLzbf58\\\"", "curl -H oauth_signature=\\\"%26…\\\"")]
    [InlineData(
        "kernel: Command line: maas.url=http://a maas.token=Ab3dEf6hIj9kLm2nOpQr quiet",
        "kernel: Command line: maas.url=http://a maas.token=… quiet")]
    [InlineData(
        "preseed: loaded http://10.0.0.1/MAAS/metadata/latest/install/Ab3dEf6hIj9kLm2nOpQr/preseed.cfg",
        "preseed: loaded http://10.0.0.1/MAAS/metadata/latest/install/…/preseed.cfg")]
    [InlineData("apt: /metadata/latest/install/ is short", "apt: /metadata/latest/install/ is short")]
    public void A_token_that_a_machine_logs_is_removed(string logged, string kept) => BootTokenRedaction.Apply(logged).Should().Be(kept);
}
