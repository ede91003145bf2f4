using System.Buffers.Binary;
using Maas.Boot.Files;
using Maas.Boot.Tftp;

namespace Maas.Fuzz.Tests.Boot;

/// <summary>TFTP: requests with their names, and transfers as a conversation with any client.</summary>
internal static class TftpTargets
{
    private static readonly TftpServerOptions s_options = new();

    public static IEnumerable<FuzzTarget> All =>
    [
        new("tftp-request", Request)
        {
            Seeds = Captured.TftpRequests,
            Words =
            [
                .. ("octet\0,netascii\0,blksize\0,windowsize\0,timeout\0,tsize\0,1468\0,65535\0,-1\0,99999999999999999999\0," +
                    "../,..\\,%2e%2e,C:,::$DATA,...")
                    .Split(',').Select(System.Text.Encoding.ASCII.GetBytes),
                [0xc0, 0xae],
                [0xff],
                [0, 2]
            ],
            Longest = 1100,
        },
        new("tftp-transfer", Transfer)
        {
            Seeds = [[0, 8, 20, 0, 0, 0, 4, 1, 0, 4, 0, 3, 1, 0, 4, 0, 8, 2, 200], [1, 1, 4, 0, 1, 0, 4, 0, 1, 2, 255, 3]],
            Longest = 400
        },
    ];

    private static void Request(ReadOnlySpan<byte> input)
    {
        if (!TftpRequest.TryParse(input, out var request, out var problem))
        {
            if (problem.Length == 0) throw new InvalidOperationException("refused without a reason");
            return;
        }

        if (BootFileName.TryNormalize(request.Name.Span, out var name, out _)
            && name.Split('/').Any(s => s.Length == 0 || s.All(c => c == '.') || s.Contains('\\') || HasStrayColon(s) || IsDrive(name)))
            throw new InvalidOperationException($"'{name}' is no key");
        var terms = TftpNegotiatedOptions.Agree(request, 1 << 20, s_options, 1468);
        if (terms.BlockSize is < 8 or > 1468
            || (long)terms.WindowSize * terms.BlockSize > Math.Max(s_options.MaxWindowBytes, terms.BlockSize))
            throw new InvalidOperationException($"{terms} is beyond the limits");
        if (terms.OptionAcknowledgement.Length > 100) throw new InvalidOperationException("an OACK larger than what it answers");
    }

    private static bool IsDrive(string name) => name.Length > 1 && name[1] == ':' && char.IsAsciiLetter(name[0]);

    // A colon is between letters or digits, as in a hardware address. Otherwise it could name a drive, a scheme or a stream.
    private static bool HasStrayColon(string segment)
    {
        for (var at = segment.IndexOf(':'); at >= 0; at = segment.IndexOf(':', at + 1))
        {
            if (at == 0 || at == segment.Length - 1 || !char.IsLetterOrDigit(segment[at - 1]) || !char.IsLetterOrDigit(segment[at + 1]))
                return true;
        }

        return false;
    }

    // The first octets are the terms; each further one is a step: a datagram, a wait, a repeated request, an expiry.
    private static void Transfer(ReadOnlySpan<byte> input)
    {
        if (input.Length < 4) return;
        var terms = new TftpNegotiatedOptions(512, 1 + (input[1] & 63), (input[2] << 8) + input[3])
        {
            OptionAcknowledgement = (input[0] & 1) == 0 ? s_acknowledgement : default,
            TellsSize = (input[0] & 2) != 0
        };
        var transfer = new TftpTransfer(terms, TimeSpan.FromSeconds(30));
        var (now, sent, heard) = (TimeSpan.Zero, 0L, 0);
        Check(transfer.Start());
        for (var at = 4; at < input.Length && transfer.Outcome is null; at++)
        {
            switch (input[at] & 3)
            {
                case 0:
                    var datagram = input[(at + 1)..Math.Min(input.Length, at + 1 + (input[at] >> 2))];
                    heard++;
                    Check(transfer.Receive(datagram, now));
                    at += datagram.Length;
                    break;
                case 1 when at + 2 < input.Length:
                    Span<byte> acknowledgement = [0, 4, 0, 0];
                    BinaryPrimitives.WriteUInt16BigEndian(acknowledgement[2..], BinaryPrimitives.ReadUInt16BigEndian(input[(at + 1)..]));
                    heard++;
                    Check(transfer.Receive(acknowledgement, now));
                    at += 2;
                    break;
                case 2:
                    now += TimeSpan.FromMilliseconds(input[at] * 20);
                    Check(transfer.Expire(now));
                    break;
                default:
                    Check(transfer.RequestRepeated(now));
                    break;
            }
        }

        if (transfer.BytesDelivered < 0 || transfer.BytesDelivered > terms.Length)
            throw new InvalidOperationException("more delivered than there is");
        // Nothing acknowledged: a forged sender's victim gets the first answer and three repetitions at most.
        if (!transfer.Heard && sent > 4L * terms.WindowSize)
            throw new InvalidOperationException($"{sent} blocks to a client that never answered");

        void Check(TftpStep step)
        {
            if (step.Kind is TftpStepKind.Blocks
                && (step.FirstBlock < 1
                    || step.Count < 1
                    || step.Count > terms.WindowSize
                    || step.FirstBlock + step.Count - 1 > terms.Blocks))
                throw new InvalidOperationException($"blocks {step.FirstBlock} and {step.Count - 1} more of {terms.Blocks}");
            if (step.Kind is not (TftpStepKind.Blocks or TftpStepKind.Options)) return;
            sent += step.Kind == TftpStepKind.Blocks ? step.Count : 1;
            transfer.Sent(now);
            if (transfer.Deadline <= now) throw new InvalidOperationException("no time to answer");
        }
    }

    private static readonly byte[] s_acknowledgement = [0, 6];
}
