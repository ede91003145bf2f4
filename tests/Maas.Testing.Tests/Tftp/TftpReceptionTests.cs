using System.Text;
using CsCheck;
using Maas.Testing.Tftp;

namespace Maas.Testing.Tests.Tftp;

public class TftpReceptionTests
{
    private static byte[] Data(int block, int length) => [0, 3, (byte)(block >> 8), (byte)block, .. new byte[length]];

    private static TftpReception Begun(int window)
    {
        var reception = new TftpReception(new() { WindowSize = window, BlockSize = 8 }, "f");
        reception.Take([0, 6, .. Encoding.ASCII.GetBytes($"blksize\08\0windowsize\0{window}\0")], out _).Should().BeTrue();
        reception.Reply.Should().Equal(0, 4, 0, 0);
        reception.Sent();
        return reception;
    }

    [Fact]
    public void The_request_is_what_OVMF_sends() =>
        new TftpReception(new() { AskSize = true, BlockSize = 1468, WindowSize = 4 }, "snponly.efi").Reply
            .Should().Equal("\0\u0001snponly.efi\0octet\0tsize\00\0blksize\01468\0windowsize\04\0"u8.ToArray());

    [Fact]
    public void A_window_is_acknowledged_by_its_last_block()
    {
        var reception = Begun(window: 3);
        foreach (var block in (int[])[1, 2])
        {
            reception.Take(Data(block, 8), out _).Should().BeTrue();
            reception.Reply.Should().BeNull();
        }

        reception.Take(Data(3, 8), out _).Should().BeTrue();
        reception.Reply.Should().Equal(0, 4, 0, 3);
    }

    [Fact]
    public void A_gap_is_told_once_with_the_last_good_block()
    {
        var reception = Begun(window: 4);
        reception.Take(Data(1, 8), out _);
        reception.Take(Data(3, 8), out _).Should().BeFalse();
        reception.Reply.Should().Equal(0, 4, 0, 1);
        reception.Sent();
        reception.Take(Data(4, 8), out _).Should().BeFalse();
        reception.Reply.Should().BeNull();
        reception.Take(Data(2, 8), out _).Should().BeTrue();
    }

    [Fact]
    public void The_last_block_again_is_acknowledged_again()
    {
        var reception = Begun(window: 1);
        reception.Take(Data(1, 8), out _);
        reception.Sent();
        reception.Take(Data(1, 8), out var data).Should().BeFalse();
        data.Length.Should().Be(0);
        reception.Reply.Should().Equal(0, 4, 0, 1);
        reception.Length.Should().Be(8);
    }

    [Theory]
    [InlineData("blksize\016\0")]
    [InlineData("windowsize\0900\0")]
    [InlineData("blksize\0many\0")]
    [InlineData("multicast\01\0")]
    public void An_option_that_was_not_asked_for_breaks_the_transfer(string options) =>
        FluentActions.Invoking(() =>
            new TftpReception(new() { BlockSize = 8, WindowSize = 4 }, "f").Take([0, 6, .. Encoding.ASCII.GetBytes(options)], out _))
            .Should().Throw<TftpException>();

    [Fact]
    public void No_datagram_whatever_does_more_than_break_the_transfer() =>
        Gen.Select(Gen.Int[0, 7], Gen.Byte.Array[0, 40]).Array[0, 20].Sample(datagrams =>
        {
            var reception = new TftpReception(new() { BlockSize = 16, WindowSize = 4, AskSize = true }, "f");
            try
            {
                foreach (var (opcode, rest) in datagrams) reception.Take([0, (byte)opcode, .. rest], out _);
            }
            catch (TftpException)
            {
                // The one thing it may do.
            }
        });
}
