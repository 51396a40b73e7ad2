/// The one style sheet of hosted sites and of the edge's own pages.
package enum SiteStyle {
  package static let css = """
    :root{--ink:#1c1d22;--soft:#5c606b;--line:#e6e4de;--paper:#fbfaf7;--card:#fff;--accent:#a2552b}
    @media(prefers-color-scheme:dark){:root{--ink:#eceae4;--soft:#a4a29b;--line:#34332f;\
    --paper:#171614;--card:#201f1c;--accent:#e39a6c}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);font:1.09rem/1.72 Georgia,"Iowan Old \
    Style",\
    "Times New Roman",serif;text-rendering:optimizeLegibility}
    a{color:var(--accent);text-underline-offset:.18em;text-decoration-thickness:.06em}
    header.top,footer.end{font:500 .95rem/1.5 system-ui,sans-serif;border-color:var(--line)}
    header.top{border-bottom:1px solid var(--line)}
    header.top div,footer.end div{max-width:68rem;margin:auto;padding:1.15rem 1.4rem;display:flex;\
    gap:1.5rem;justify-content:space-between;align-items:baseline;flex-wrap:wrap}
    header.top a.name{color:var(--ink);font-weight:700;font-size:1.15rem;text-decoration:none}
    header.top span{color:var(--soft)}
    footer.end{border-top:1px solid var(--line);margin-top:4rem;color:var(--soft)}
    main{max-width:42rem;margin:auto;padding:3rem 1.4rem}
    main.wide{max-width:68rem}
    h1,h2,h3{font-family:system-ui,sans-serif;line-height:1.22;letter-spacing:-.015em;\
    text-wrap:balance}
    h1{font-size:clamp(1.9rem,5vw,2.9rem);margin:0 0 .7rem}
    h2{font-size:1.55rem;margin:2.7rem 0 .8rem}
    h3{font-size:1.2rem;margin:2rem 0 .5rem}
    p,ul,ol,blockquote,table,pre{margin:0 0 1.25rem}
    .meta{color:var(--soft);font:.92rem/1.5 system-ui,sans-serif;margin:0 0 2rem}
    .lead{font-size:1.2rem;color:var(--soft)}
    figure{margin:2rem 0}
    figure img,article img{width:100%;height:auto;display:block;border-radius:.7rem;\
    background:var(--line)}
    figcaption{color:var(--soft);font:.88rem/1.5 system-ui,sans-serif;margin-top:.6rem}
    blockquote{border-left:.22rem solid var(--accent);padding:.1rem 0 .1rem 1.2rem;\
    color:var(--soft)}
    table{border-collapse:collapse;width:100%;font:.96rem/1.5 system-ui,sans-serif}
    th,td{border-bottom:1px solid var(--line);padding:.55rem .7rem;text-align:left;\
    vertical-align:top}
    pre,code{font:.9rem/1.6 ui-monospace,monospace}
    pre{background:var(--card);border:1px solid var(--line);padding:1rem;border-radius:.6rem;\
    overflow:auto}
    .grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));gap:1.8rem;\
    list-style:none;padding:0;margin:2.4rem 0}
    .card{background:var(--card);border:1px solid var(--line);border-radius:.9rem;overflow:hidden;\
    display:flex;flex-direction:column}
    .card img{aspect-ratio:16/9;object-fit:cover;width:100%;height:auto;display:block}
    .card div{padding:1.2rem 1.35rem 1.4rem}
    .card h2{font-size:1.22rem;margin:0 0 .5rem}
    .card h2 a{color:inherit;text-decoration:none}
    .card h2 a:hover{color:var(--accent)}
    .card p{margin:0 0 .7rem;font-size:1rem;line-height:1.6;color:var(--soft)}
    .card .meta{margin:0;font-size:.85rem}
    nav.pages{display:flex;justify-content:space-between;font:500 .98rem system-ui,sans-serif}
    details{border-bottom:1px solid var(--line);font:.96rem/1.5 system-ui,sans-serif}
    details[open]{padding-bottom:1rem}
    summary{padding:.55rem 0;cursor:pointer}
    details h3{font-size:1rem;margin:1rem 0 .3rem}
    details td{padding:.3rem .7rem .3rem 0}
    .soft{color:var(--soft);margin-left:.6rem}
    .verb{display:inline-block;min-width:4.2rem;font:700 .78rem ui-monospace,monospace;\
    color:var(--accent)}
    """
}
