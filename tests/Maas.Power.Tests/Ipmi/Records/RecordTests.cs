using CsCheck;
using Maas.Power.Ipmi.Records;

namespace Maas.Power.Tests.Ipmi.Records;

public class RecordTests
{
    // A full sensor record: 10-bit M and B with sign, exponents with sign, two's complement raw values.
    private static byte[] Full(int m, int b, int resultExponent, int offsetExponent, byte units = 0x80)
    {
        var record = new byte[48 + 3];
        (record[2], record[3], record[4], record[5], record[7]) = (0x51, 1, 46, 0x20, 9);
        (record[12], record[13], record[20], record[21]) = (2, 1, units, 4);
        (record[24], record[25]) = ((byte)m, (byte)(m >> 2 & 0xc0));
        (record[26], record[27]) = ((byte)b, (byte)(b >> 2 & 0xc0));
        record[29] = (byte)(resultExponent << 4 | (offsetExponent & 0x0f));
        (record[47], record[48], record[49], record[50]) = (0xc3, (byte)'V', (byte)'c', (byte)'c');
        return record;
    }

    [Theory]
    [InlineData(1, 0, 0, 0, 25, 25.0)]
    [InlineData(-1, 0, 0, 0, 25, -25.0)]
    [InlineData(5, 30, -2, 1, 100, 8.0)]
    [InlineData(300, -300, -3, 0, 10, 2.7)]
    [InlineData(1, 0, 0, 0, 0xf6, -10.0)]
    public void A_reading_is_converted_as_the_record_says(int m, int b, int k2, int k1, byte raw, double value)
    {
        SensorRecord.TryParse(Full(m, b, k2, k1), out var record).Should().BeTrue();
        var sensor = record!.WithReading([raw, 0xc0, 0]);
        (sensor.Name, sensor.Unit, sensor.Value).Should().Be(("Vcc", "V", value));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 10, 0x60, 0 })]
    [InlineData(new byte[] { 10, 0x00, 0 })]
    public void A_sensor_without_a_reading_has_no_value(byte[] reading)
    {
        SensorRecord.TryParse(Full(1, 0, 0, 0), out var record).Should().BeTrue();
        record!.WithReading(reading).Value.Should().BeNull();
    }

    [Fact]
    public void An_entry_before_the_clock_was_set_has_no_time()
    {
        byte[] entry = [7, 0, 2, 5, 0, 0, 0, 0x20, 0, 4, 0x0c, 0x21, 0xef, 1, 2, 3];
        IpmiEventLogEntry.TryParse(entry, out var read).Should().BeTrue();
        read.Should().BeEquivalentTo(new { Id = 7, SensorType = 0x0c, SensorNumber = 0x21, EventType = 0x6f });
        read!.Time.Should().BeNull();
        read.IsAsserted.Should().BeFalse();
    }

    [Fact]
    public void A_maker_s_own_entry_keeps_its_data()
    {
        byte[] entry = [8, 0, 0xe0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
        IpmiEventLogEntry.TryParse(entry, out var read).Should().BeTrue();
        read!.Data.ToArray().Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
    }

    [Theory]
    [InlineData("8329dca6", "IPMI")]
    [InlineData("42123a", "123 ")]
    [InlineData("03abcdef", "abcdef")]
    [InlineData("c44142430a", "ABC")]
    public void Text_is_read_in_all_encodings(string hex, string text)
    {
        var area = new byte[24];
        (area[0], area[1], area[2]) = (1, 2, 17);
        Convert.FromHexString(hex).CopyTo(area, 3);
        area[3 + (hex.Length / 2)] = 0xc1;
        byte[] fru = [1, 0, 1, 0, 0, 0, 0, 0, .. area];
        IpmiInventory.TryParse(fru, out var inventory).Should().BeTrue();
        inventory!.Chassis!.PartNumber.Should().Be(text.Trim());
    }

    [Fact]
    public void Any_bytes_are_read_without_an_exception() =>
        Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            if (SensorRecord.TryParse(bytes, out var record)) record!.WithReading(bytes);
            _ = IpmiEventLogEntry.TryParse(bytes, out _);
            if (bytes.Length > 0) bytes[0] = 1;
            _ = IpmiInventory.TryParse(bytes, out _);
        });
}
