namespace MaasNet.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData(2, "machines", "shwo")]
    [InlineData(2, "machines")]
    [InlineData(2, "machines", "list", "--no-such-option")]
    [InlineData(2, "machines", "deploy", "node", "--wait", "--timeout", "0")]
    [InlineData(2, "createadmin", "--data", "/nowhere", "--username", "ann", "--schema", "other")]
    [InlineData(0, "machines", "deploy", "--help")]
    public async Task Wrong_usage_ends_with_code_2(int code, params string[] args) =>
        (await CommandTree.RunAsync(args)).Should().Be(code);
}
