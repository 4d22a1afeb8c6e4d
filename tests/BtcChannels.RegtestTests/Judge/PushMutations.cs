using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>What unlocks an input, signed as it ought to be, put together otherwise; and transactions changed once they are signed.</summary>
internal static class PushMutations
{
    private static readonly (string Name, Element Element)[] s_selectors =
    [
        ("OP_0", new([])),
        ("OP_1", new([1])),
        ("OP_2", new([2])),
        ("OP_16", new([16])),
        ("OP_1NEGATE", new([0x81])),
        ("01 00", new([0])),
        ("01 01", new([1], PushForm.ByLength)),
        ("01 02", new([2], PushForm.ByLength)),
        ("01 80", new([0x80])),
        ("01 81", new([0x81], PushForm.ByLength)),
        ("02 00 00", new([0, 0])),
        ("02 00 80", new([0, 0x80])),
        ("02 01 00", new([1, 0])),
        ("05 00 00 00 00 01", new([0, 0, 0, 0, 1])),
        ("OP_PUSHDATA1 of nothing", new([], PushForm.Data1)),
        ("OP_PUSHDATA1 of one", new([1], PushForm.Data1)),
        ("OP_PUSHDATA2 of nothing", new([], PushForm.Data2)),
        ("OP_RESERVED", new([0x50], PushForm.Raw)),
        ("OP_NOP", new([0x61], PushForm.Raw)),
        ("520 bytes", new([.. new byte[519], 1])),
        ("521 bytes", new([.. new byte[520], 1])),
        ("none", new([], PushForm.Raw)),
    ];

    private static readonly (string Name, byte[] Data)[] s_raw =
    [
        ("OP_NOP", [0x61]), ("OP_DUP", [0x76]), ("OP_RETURN", [0x6a]), ("OP_CODESEPARATOR", [0xab]), ("OP_RESERVED", [0x50]), ("a push cut off", [0x05]),
        ("OP_NOP10", [0xb9]), ("no known operation", [0xff]), ("OP_VERIF", [0x65]), ("OP_CAT", [0x7e]), ("OP_IF", [0x63]), ("OP_1NEGATE", [0x4f]), ("OP_16", [0x60]), ("OP_0", [0x00]),
    ];

    public static IEnumerable<Mutation> All()
    {
        foreach (var (name, element) in s_selectors)
        {
            yield return Elements($"selector {name}", (elements, _) =>
            {
                var at = elements.FindIndex(it => it.IsSelector);
                if (at >= 0) elements[at] = element;
            });
        }
        foreach (var form in new[] { PushForm.ByLength, PushForm.Data1, PushForm.Data2, PushForm.Data4 })
        {
            yield return Elements($"a push as {form}", (elements, stream) => Replace(elements, stream, element => element with { Form = form }));
            yield return Elements($"the last push as {form}", (elements, _) => elements[^1] = elements[^1] with { Form = form });
        }
        foreach (var size in new[] { 0, 1, 2, 75, 76, 80, 81, 255, 256, 300, 519, 520, 521, 600 })
        {
            yield return Elements($"{size} bytes more", (elements, stream) => elements.Insert(stream.Below(elements.Count + 1), new(stream.Bytes(size))));
            yield return Elements($"{size} bytes more at the bottom", (elements, stream) => elements.Insert(0, new(stream.Bytes(size))));
        }
        foreach (var (name, data) in s_raw)
        {
            yield return Elements($"{name} more", (elements, stream) => elements.Insert(stream.Below(elements.Count + 1), new(data, PushForm.Raw)));
            yield return Elements($"{name} at the end", (elements, _) => elements.Add(new(data, PushForm.Raw)));
        }
        foreach (var mutation in Arrangements().Concat(Sizes()).Concat(Others()).Concat(Afterwards())) yield return mutation;
    }

    private static IEnumerable<Mutation> Arrangements()
    {
        yield return Elements("an element less", (elements, stream) => { if (elements.Count > 0) elements.RemoveAt(stream.Below(elements.Count)); });
        yield return Elements("nothing", (elements, _) => elements.Clear());
        yield return Elements("no script", (elements, _) => { if (elements.Count > 0) elements.RemoveAt(elements.Count - 1); });
        yield return Elements("nothing but the script", (elements, _) => elements.RemoveRange(0, Math.Max(0, elements.Count - 1)));
        yield return Elements("an element twice", (elements, stream) => { if (elements.Count > 0) elements.Insert(0, stream.Pick(elements)); });
        yield return Elements("the script twice", (elements, _) => { if (elements.Count > 0) elements.Add(elements[^1]); });
        yield return Elements("upside down", (elements, _) => elements.Reverse());
        yield return Elements("an element changed", (elements, stream) => Replace(elements, stream, element => element.Data.Length == 0 ? element : element with { Data = Flipped(element.Data, stream) }));
        yield return Elements("the script changed", (elements, stream) => elements[^1] = elements[^1].Data.Length == 0 ? elements[^1] : elements[^1] with { Data = Flipped(elements[^1].Data, stream) });
        yield return Elements("the script cut off", (elements, _) => elements[^1] = elements[^1] with { Data = elements[^1].Data.Length == 0 ? [] : elements[^1].Data[..^1] });
        yield return Elements("one at the bottom", (elements, _) => elements[0] = new([1]));
        yield return Elements("another script", (elements, _) => elements[^1] = new([0x51], PushForm.ByLength));
    }

    private static IEnumerable<Mutation> Sizes()
    {
        foreach (var size in new[] { 1_649, 1_650, 1_651, 1_652, 3_000 })
        {
            yield return Elements($"a scriptSig of {size} bytes", (elements, stream) =>
            {
                for (var missing = size - Written(elements); missing > 0; missing = size - Written(elements))
                    elements.Insert(0, Padding(Math.Min(missing, 400), stream));
            });
        }
        // Of OP_0, which is a byte each.
        foreach (var count in new[] { 99, 100, 101, 999, 1_000, 1_001, 1_200 })
            yield return Elements($"{count} empty elements more", (elements, _) => elements.InsertRange(0, Enumerable.Repeat(new Element([]), count)));
        yield return Elements("six of 520 bytes more", (elements, _) => elements.InsertRange(0, Enumerable.Repeat(new Element(new byte[520]), 6)));
    }

    private static IEnumerable<Mutation> Others()
    {
        foreach (var count in new[] { 1, 2, 3 })
            yield return new($"{count} where there is none or one", (draft, stream) => draft.OnceSigned(_ => stream.Pick(draft.Inputs).Others.AddRange(Enumerable.Range(0, count).Select(i => new Element(stream.Bytes(i + 1))))));
        yield return new("an empty element where there is none", (draft, stream) => draft.OnceSigned(_ => stream.Pick(draft.Inputs).Others.Add(new([]))));
        yield return new("OP_NOP where there is none", (draft, stream) => draft.OnceSigned(_ => stream.Pick(draft.Inputs).Others.Add(new([0x61], PushForm.Raw))));
        yield return new("the nested script pushed longer", (draft, stream) => draft.OnceSigned(_ =>
        {
            var others = stream.Pick(draft.Inputs).Others;
            for (var i = 0; i < others.Count; i++) others[i] = others[i] with { Form = PushForm.Data1 };
        }));
        yield return new("no others", (draft, stream) => draft.OnceSigned(_ => stream.Pick(draft.Inputs).Others.Clear()));
        yield return new("scriptSig and witness exchanged", (draft, stream) => draft.OnceSigned(_ =>
        {
            var input = stream.Pick(draft.Inputs);
            Element[] elements = [.. input.Elements], others = [.. input.Others];
            input.Elements.Clear();
            input.Elements.AddRange(others);
            input.Others.Clear();
            input.Others.AddRange(elements);
        }));
    }

    private static IEnumerable<Mutation> Afterwards()
    {
        yield return Written("an amount a satoshi less", transaction => Shift(transaction.Outputs.Last(), -1));
        yield return Written("an amount a satoshi more", transaction => Shift(transaction.Outputs.First(), 1));
        yield return Written("outputs exchanged", transaction => transaction.Outputs.Reverse());
        yield return Written("an output more", transaction => transaction.Outputs.Add(Money.Satoshis(600L), Script.FromHex("00140101010101010101010101010101010101010101")));
        yield return Written("an output less", transaction => transaction.Outputs.RemoveAt(0));
        yield return Written("inputs exchanged", transaction => transaction.Inputs.Reverse());
        yield return Written("a sequence", transaction => transaction.Inputs[0].Sequence = 0xfffffffd);
        yield return Written("a lock time", transaction => transaction.LockTime = 1);
        yield return Written("a version", transaction => transaction.Version = 3 - Math.Min(2, transaction.Version));
        yield return Written("an input's index", transaction => transaction.Inputs[0].PrevOut = new OutPoint(transaction.Inputs[0].PrevOut.Hash, transaction.Inputs[0].PrevOut.N ^ 1));
        yield return new("a bit of a scriptSig", (draft, stream) => draft.OnceWritten(transaction =>
        {
            if (transaction.Inputs.Count == 0) return;
            var input = stream.Pick(transaction.Inputs);
            if (input.ScriptSig.Length > 0) input.ScriptSig = new Script(Flipped(input.ScriptSig.ToBytes(), stream));
        }));
    }

    private static Mutation Written(string name, Action<Transaction> change) => new($"after signing: {name}", (draft, _) => draft.OnceWritten(transaction =>
    {
        if (transaction.Inputs.Count > 0 && transaction.Outputs.Count > 0) change(transaction);
    }));

    private static void Shift(TxOut output, long difference) => output.Value = Money.Satoshis(unchecked(output.Value.Satoshi + difference));

    private static Mutation Elements(string name, Action<List<Element>, SeededStream> change) => new(name, (draft, stream) => draft.OnceSigned(_ =>
    {
        var elements = stream.Pick(draft.Inputs).Elements;
        if (elements.Count > 0) change(elements, stream);
    }));

    private static void Replace(List<Element> elements, SeededStream stream, Func<Element, Element> change)
    {
        var at = stream.Below(elements.Count);
        elements[at] = change(elements[at]);
    }

    private static int Written(IEnumerable<Element> elements) => elements.Sum(element => element.Written().Length);

    // At most so many bytes, pushed: of 77 there is no push.
    private static Element Padding(int bytes, SeededStream stream) => bytes switch
    {
        1 => new([]),
        <= 76 => new(stream.Bytes(bytes - 1) is var data && data.Length == 1 ? [0x77] : data),
        77 or 78 => new(stream.Bytes(75)),
        <= 257 => new(stream.Bytes(bytes - 2)),
        258 => new(stream.Bytes(255)),
        _ => new(stream.Bytes(bytes - 3)),
    };

    private static byte[] Flipped(byte[] bytes, SeededStream stream)
    {
        byte[] flipped = [.. bytes];
        flipped[stream.Below(flipped.Length)] ^= (byte)(1 << stream.Below(8));
        return flipped;
    }
}
