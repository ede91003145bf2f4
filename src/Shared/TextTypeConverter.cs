using System.ComponentModel;
using System.Globalization;

namespace Maas;

/// <summary>Converts a type that has one canonical text from and to it, as configuration binding asks.</summary>
internal sealed class TextTypeConverter<T> : TypeConverter
    where T : ISpanParsable<T>
{
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
        sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? T.Parse(text, CultureInfo.InvariantCulture) : base.ConvertFrom(context, culture, value);
}
