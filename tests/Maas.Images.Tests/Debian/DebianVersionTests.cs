using Maas.Images.Archives;
using Maas.Images.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Debian;

public sealed class DebianVersionTests
{
    [Theory]
    [InlineData("1.0", "1.1")]
    [InlineData("1.0~rc1", "1.0")]
    [InlineData("1.0~~", "1.0~")]
    [InlineData("1.9", "1.10")]
    [InlineData("9", "1:1")]
    [InlineData("1.0-1", "1.0-1+deb12u1")]
    [InlineData("1.0", "1.0a")]
    [InlineData("1.0a", "1.0+")]
    [InlineData("6.1.176-1", "6.1.192-2")]
    public void The_left_version_is_older(string left, string right)
    {
        (DebianVersion.Parse(left) < DebianVersion.Parse(right)).Should().BeTrue();
        (DebianVersion.Parse(right) < DebianVersion.Parse(left)).Should().BeFalse();
    }

    [Theory]
    [InlineData("1 2")]
    [InlineData("\u00a0")]
    public void A_package_whose_version_is_none_is_invalid(string version)
    {
        var control = ControlParagraph.ReadAll(new StringReader($"Package: a\nVersion: x{version}y\nArchitecture: all\n")).Single();
        control.Invoking(it => DebianPackage.From(it, 1, "", "")).Should().Throw<InvalidImageException>().WithMessage("*Version*");
    }

    [Theory]
    [InlineData("1.0", "1.00")]
    [InlineData("0:1", "1")]
    [InlineData("1.0-0", "1.0")]
    public void Both_versions_are_the_same_age(string left, string right) =>
        DebianVersion.Parse(left).CompareTo(DebianVersion.Parse(right)).Should().Be(0);

    [Fact]
    public async Task Dpkg_orders_versions_as_we_do()
    {
        var dpkg = Judge.Require("dpkg", "dpkg");
        string[] parts = ["0", "1", "9", "10", "007", "a", "~", "+", ".", "b2", "rc"];
        var random = new Random(42);
        for (var i = 0; i < 60; i++)
        {
            var (left, right) = (Version(), Version());
            var verdict =
                await Judge.RunAsync(dpkg, ["--compare-versions", left, "lt", right], null, TestContext.Current.CancellationToken);
            (DebianVersion.Parse(left) < DebianVersion.Parse(right)).Should().Be(
                verdict.ExitCode == 0, $"that is what dpkg says of {left} and {right}");
        }

        string Version() => "1" + string.Concat(random.GetItems(parts, random.Next(6)));
    }
}
