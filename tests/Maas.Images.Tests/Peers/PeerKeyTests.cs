using Maas.Images.Peers;

namespace Maas.Images.Tests.Peers;

public class PeerKeyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private static readonly Sha256Digest Digest = Sha256Digest.FromHash(new byte[32]);

    private readonly PeerKey _key = new("0123456789abcdef"u8);

    [Fact]
    public void A_signature_is_valid_for_its_digest_and_a_few_minutes_with_the_same_secret()
    {
        var header = _key.Sign(Digest, Now);
        var other = Sha256Digest.FromHash(Enumerable.Repeat((byte)1, 32).ToArray());

        _key.Verify(header, Digest, Now).Should().BeTrue();
        new PeerKey("0123456789abcdef"u8).Verify(header, Digest, Now + PeerKey.Lifetime).Should().BeTrue();
        _key.Verify(header, Digest, Now - PeerKey.Lifetime).Should().BeTrue("the clock of the other host may be fast");
        _key.Verify(header, Digest, Now + PeerKey.Lifetime + TimeSpan.FromSeconds(1)).Should().BeFalse();
        _key.Verify(header, other, Now).Should().BeFalse();
        new PeerKey("0123456789abcdeF"u8).Verify(header, Digest, Now).Should().BeFalse();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("MaasPeer ")]
    [InlineData("MaasPeer .")]
    [InlineData("MaasPeer 1796040000.")]
    [InlineData("MaasPeer 1796040000.AAAA")]
    [InlineData("MaasPeer 1796040000.!!")]
    [InlineData("MaasPeer -1.AAAA")]
    [InlineData("MaasPeer 9223372036854775807.AAAA")]
    [InlineData("MaasPeer 99999999999999999999.AAAA")]
    [InlineData("Bearer 1796040000.AAAA")]
    public void Any_other_header_is_refused(string? header) => _key.Verify(header, Digest, Now).Should().BeFalse();

    [Fact]
    public void A_header_of_any_length_is_refused() =>
        _key.Verify("MaasPeer 1796040000." + new string('A', 100_000), Digest, Now).Should().BeFalse();

    [Fact]
    public void A_secret_that_can_be_guessed_is_refused() =>
        FluentActions.Invoking(() => new PeerKey("short"u8)).Should().Throw<ArgumentOutOfRangeException>();
}
