using System.Text;
using CsCheck;
using Maas.Images.Formats.SquashFs;

namespace Maas.Images.Tests.Formats.SquashFs;

/// <summary>Instructions by hand; whole blocks of liblzo2's are in <see cref="SquashFileTreeTests"/>.</summary>
public class Lzo1xTests
{
    private const string End = "110000";

    [Theory]
    [InlineData("", "")]
    [InlineData("12 61", "a")]
    [InlineData("15 61626364", "abcd")]
    [InlineData("01 61626364", "abcd")]
    [InlineData("00 01 61626364656667686970717273747576777879", "abcdefghipqrstuvwxy")]
    [InlineData("15 61626364 40 00", "abcdddd")] // 3 from 1 back
    [InlineData("15 61626364 6d 00 65", "abcdabcde")] // 4 from 4 back, and one of the input
    [InlineData("15 61626364 80 00", "abcdddddd")] // 5 from 1 back
    [InlineData("15 61626364 ec 00", "abcdabcdabcd")] // 8 from 4 back
    [InlineData("15 61626364 2c 0c00", "abcdabcdabcdabcdab")] // 14 from 4 back
    [InlineData("15 61626364 20 01 0e00 65 66", "abcd" + "abcdabcdabcdabcdabcdabcdabcdabcdab" + "ef")] // 2 + 31 + 1 from 4 back, and two
    [InlineData("15 61626364 41 00 65 04 00", "abcd" + "ddd" + "e" + "de")] // after one of the input: 2 from 2 back
    [InlineData("15 61626364 40 00 01 65666768 40 00", "abcdddd" + "efgh" + "hhh")] // after none: 4 of the input
    public void An_instruction_does_what_the_format_says(string instructions, string expected)
    {
        var packed = Convert.FromHexString(instructions.Replace(" ", "", StringComparison.Ordinal) + End);

        Encoding.ASCII.GetString(Unpack(packed, expected.Length)).Should().Be(expected);
        FluentActions.Invoking(() => Unpack(packed[..^1], expected.Length)).Should().Throw<InvalidDataException>("it is cut short");
        FluentActions.Invoking(() => Unpack([.. packed, 0], expected.Length)).Should().Throw<InvalidDataException>("something follows it");
        if (expected.Length > 0)
            FluentActions.Invoking(() => Unpack(packed, expected.Length - 1)).Should().Throw<InvalidDataException>("there is no room");
    }

    [Theory]
    [InlineData(2049, "00 00", 3, 4)] // after four of the input and more: 3 from 2049 back
    [InlineData(3072, "0c ff", 3, 4)]
    [InlineData(1024, "0c ff", 2, 1)] // after one: 2 from 1024 back
    [InlineData(2048, "5c ff", 3, 0)]
    [InlineData(16384, "21 fcff", 3, 0)]
    [InlineData(16385, "11 0400", 3, 0)]
    [InlineData(49151, "1f fcff", 9, 0)]
    [InlineData(49151, "18 00 0001 fcff", 2 + 7 + 510 + 1, 0)]
    public void What_is_repeated_stands_as_far_back_as_the_instruction_says(int back, string instruction, int length, int literalsBefore)
    {
        var random = new Random(back);
        var before = new byte[60_000];
        random.NextBytes(before);
        // All of it as it is, then what leaves as many bytes of the input before the instruction as it wants: 3 repeated from 1 back, and
        // they.
        byte[] literals = [.. new byte[literalsBefore].Select(_ => (byte)random.Next(256))];
        byte[] packed =
        [
            0, .. Enumerable.Repeat((byte)0, (before.Length - 18) / 255), (byte)((before.Length - 18) % 255), .. before,
            (byte)(0x40 | (literalsBefore & 3)), 0, .. literalsBefore == 4 ? (byte[])[1, .. literals] : literals,
            .. Convert.FromHexString(instruction.Replace(" ", "", StringComparison.Ordinal)), 0x11, 0, 0,
        ];
        List<byte> expected = [.. before, before[^1], before[^1], before[^1], .. literals];
        for (var i = 0; i < length; i++) expected.Add(expected[^back]);

        Unpack(packed, 70_000).Should().Equal(expected);
    }

    [Theory]
    [InlineData("15 61626364 50 00 110000", "5 bytes back after 4")]
    [InlineData("11 0000", null)]
    [InlineData("12 61 12 0000", "end is not one")]
    [InlineData("00 0000000000000000000000", "more than 100 bytes")]
    [InlineData("20 61", "cut short")]
    [InlineData("", "cut short")]
    [InlineData("11 0400 110000", "16385 bytes back after 0")]
    public void What_is_no_block_is_refused(string instructions, string? reason)
    {
        var unpack = () => Unpack(Convert.FromHexString(instructions.Replace(" ", "", StringComparison.Ordinal)), 100);

        if (reason is null) unpack().Should().BeEmpty();
        else unpack.Should().Throw<InvalidDataException>().WithMessage($"*{reason}*");
    }

    [Fact]
    public void Whatever_the_bytes_nothing_is_written_behind_the_room() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 200]).Sample((packed, length) =>
        {
            var memory = new byte[length + 64];
            try
            {
                Lzo1x.Decode(packed, memory.AsSpan(0, length)).Should().BeInRange(0, length);
            }
            catch (InvalidDataException)
            {
                // What damage should come to.
            }

            memory.AsSpan(length).ContainsAnyExcept((byte)0).Should().BeFalse();
        }, iter: 20_000);

    private static byte[] Unpack(byte[] packed, int most)
    {
        var room = new byte[most];
        return room[..Lzo1x.Decode(packed, room)];
    }
}
